import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import { PostgresServer } from "../support/postgres.ts";
import { needing } from "../support/tiers/tiers.ts";
import { Cluster } from "./support/cluster.ts";
import { RawWorker, resultOf } from "./support/rawWorker.ts";
import { Started } from "./support/processes.ts";

/** Small shards of the reference backend, one after another. */
const RUN = { width: 2, depth: 1000, negativeSlope: 0.01, weights: "gaussian", gain: 1.4 };
const SHARDS = 6;
const SHARD_SIZE = 512;

/** Times at which a result was sent and acknowledged, in milliseconds since the epoch. */
interface Interval {
  readonly sent: number;
  readonly acknowledged: number;
}

describe("an acknowledgement", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "lyapunov-durability-"));
  });
  after(async () => {
    await rm(folder, { recursive: true });
  });

  const traced = needing("strace");
  traced.it("comes after SQLite's log was forced to the disk", async () => {
    await using cluster = await Cluster.start(0, 1, ["--ledger", join(folder, "ledger.sqlite")]);
    await assertSyncedBetween(cluster, cluster.coordinator.pid, join(folder, "sqlite.trace"));
  });

  const both = needing("postgresql", "strace");
  both.it("comes after PostgreSQL's log was forced to the disk", async () => {
    await using server = await PostgresServer.start();
    await using cluster = await Cluster.start(0, 1, ["--ledger", await server.createDatabase()]);
    await assertSyncedBetween(cluster, server.pid, join(folder, "postgres.trace"));
  });
});

/** Asserts that the process or its child synced a file between a result and its acknowledgement. */
async function assertSyncedBetween(cluster: Cluster, pid: number, path: string): Promise<void> {
  const calls = "trace=fsync,fdatasync";
  const children = await childrenOf(pid);
  const processes = [pid, ...children].flatMap((each) => ["-p", String(each)]);
  const flags = ["-f", "-ttt", "-e", calls, "-o", path, ...processes];
  await using strace = new Started("strace", flags);
  await Promise.race([strace.said(/attached/), installed(strace)]);
  const intervals = await deliverOneByOne(cluster);
  strace.signal("SIGINT");
  await strace.ended;
  const synced = await syncedAt(path);
  assert.equal(intervals.length, SHARDS);
  for (const { sent, acknowledged } of intervals) {
    const between = synced.filter((at) => at >= sent && at <= acknowledged);
    assert.ok(between.length > 0, `nothing was synced from ${sent} to ${acknowledged}`);
  }
}

async function deliverOneByOne(cluster: Cluster): Promise<Interval[]> {
  using worker = new RawWorker(cluster.address);
  worker.join("witness", 1);
  const finished = cluster.estimate({
    network: RUN,
    backend: "reference",
    seed: "91",
    stoppingRule: { replicaCount: SHARDS * SHARD_SIZE },
  });
  const intervals: Interval[] = [];
  while (intervals.length < SHARDS) {
    const { leases } = await worker.next("grant");
    for (const lease of leases) {
      const result = await resultOf(lease);
      // By then the coordinator has written everything that earlier grants and shards caused.
      await delay(100);
      const sent = Date.now();
      worker.send(result);
      await worker.next("acknowledgement");
      intervals.push({ sent, acknowledged: Date.now() });
    }
  }
  assert.equal((await finished).state, "SUCCEEDED");
  return intervals;
}

/** Waits for strace to be at work. @throws Error if Debian's package strace is not installed */
async function installed(strace: Started): Promise<void> {
  await strace.ended.catch((error: unknown) => {
    throw new Error("install Debian's package strace", { cause: error });
  });
}

/** Reads when syncs ended, in milliseconds since the epoch. */
async function syncedAt(path: string): Promise<number[]> {
  const lines = (await readFile(path, "utf8")).split("\n");
  return lines.flatMap((line) => {
    // A call that another thread interrupts takes two lines; the second has its end.
    const time = /^\d+ +(\d+\.\d+) .*(?:fsync|fdatasync).*= 0$/.exec(line)?.[1];
    return time === undefined ? [] : [Number(time) * 1000];
  });
}

async function childrenOf(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8");
  return text.split(" ").filter(Boolean).map(Number);
}
