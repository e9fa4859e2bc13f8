import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import { SimulationApi } from "../../client/sdk/api.ts";
import { runToJson } from "../../shared/wire/json.ts";
import type { Ledger } from "../../coordinator/ledger/ledger.ts";
import { openPostgresLedger } from "../../coordinator/ledger/postgresLedger.ts";
import { openSqliteLedger } from "../../coordinator/ledger/sqliteLedger.ts";
import { parsePropagation } from "../../shared/kinds/propagation/propagation.ts";
import type { PropagationInput } from "../../shared/kinds/propagation/specification.ts";
import { hasEnded, stateOf } from "../../shared/wire/runStates.ts";
import { specificationToMessage } from "../../shared/kinds/propagation/messages.ts";
import { PostgresServer } from "../support/postgres.ts";
import { Random } from "../support/random.ts";
import { SCALE, SEED } from "../support/tiers/scale.ts";
import { Cluster } from "../system/support/cluster.ts";
import { startCommand } from "../system/support/command.ts";
import { answerOf } from "../system/support/estimates.ts";
import { Started } from "../system/support/processes.ts";
import { Proxy } from "../system/support/proxy.ts";
import { Keeper } from "./keeper.ts";
import { Witness, type Acknowledged } from "./witness.ts";

const MINUTES = SCALE;
const SHARD = 65_536;
/** Time from the last disturbance in which every run must end. */
const SETTLING_MILLISECONDS = 180_000;
/** Disturbances before a calm: without calms, a slow machine would only restart what was killed. */
const DISTURBANCES_BETWEEN_CALMS = 15;
const MAXIMUM_CALM_MILLISECONDS = 10_000;
/** Number of runs that are under way at the same time. */
const CLIENTS = 3;

/** Runs of six shards and more each, on the reference backend, which is the one the witness has. */
const INPUTS: readonly PropagationInput[] = [
  input({ width: 7, depth: 8 }, 8 * SHARD),
  input({ width: 3, depth: 6, weights: "uniform" }, 6 * SHARD),
  input({ width: 2, depth: 100 }, 6 * 15_625, "reference"),
  input({ width: 4, depth: 10, weights: "orthogonal" }, 8 * SHARD),
  input({ width: 3, depth: 30, weights: "rademacher" }, 6 * 4096, "reference"),
];

function input(
  network: PropagationInput["network"],
  replicaCount: number,
  backend: "simd" | "reference" = "simd",
): PropagationInput {
  const shape = { negativeSlope: 0.01, weights: "gaussian", gain: 1.4, ...network };
  return { network: shape, backend, seed: "81", stoppingRule: { replicaCount } };
}

/** A kind of ledger: its place, and how to read it afterwards. */
interface Engine {
  readonly place: string;
  readonly coordinators: number;
  open(): Promise<Ledger>;
}

describe(`for ${MINUTES} minutes each, while processes are killed and frozen and sockets broken`, () => {
  let folder: string;
  let expected: string[];

  before("undisturbed runs", async function () {
    this.timeout(0);
    folder = await mkdtemp(join(tmpdir(), "lyapunov-soak-"));
    await using cluster = await Cluster.start(1, 2);
    expected = [];
    for (const run of INPUTS) expected.push(answerOf(await cluster.estimate(run)));
  });
  after(async () => {
    await rm(folder, { recursive: true });
  });

  it("SQLite loses nothing and gives the same bits", async function () {
    this.timeout(0);
    const place = join(folder, "ledger.sqlite");
    await soak({ place, coordinators: 1, open: () => openSqliteLedger(place) }, expected);
  });

  it("PostgreSQL loses nothing and gives the same bits", async function () {
    this.timeout(0);
    await using server = await PostgresServer.start();
    const place = await server.createDatabase();
    const open = () =>
      openPostgresLedger({
        url: place,
        holder: "the test",
        onLost: assert.ifError,
        onStandby: () => undefined,
        signal: AbortSignal.timeout(60_000),
      });
    await soak({ place, coordinators: 2, open }, expected);
  });
});

async function soak(engine: Engine, expected: readonly string[]): Promise<void> {
  const random = new Random(Number(SEED ?? 1));
  const ports = await Promise.all(Array.from({ length: engine.coordinators }, freePort));
  const addresses = ports.map((port) => `127.0.0.1:${port}`);
  const coordinators = addresses.map(
    (address) =>
      new Keeper("coordinator", () =>
        startCommand([
          "serve",
          "--listen",
          address,
          "--ledger",
          engine.place,
          "--log-level",
          "error",
        ]),
      ),
  );
  const proxies = await Promise.all(addresses.map((address) => Proxy.to(address)));
  const throughProxies = proxies.map(({ address }) => address).join(",");
  const mortal = new URL("../system/support/mortalWorker.ts", import.meta.url).pathname;
  const workers = [
    new Keeper("worker", () => startCommand(workFlags(addresses.join(",")))),
    new Keeper("worker", () => startCommand(workFlags(throughProxies))),
    new Keeper("worker", () => new Started(process.execPath, [mortal, throughProxies])),
  ];
  const witness = new Witness(addresses);
  const counts = new Map<string, number>();
  const count = (what: string) => counts.set(what, (counts.get(what) ?? 0) + 1);

  const end = Date.now() + MINUTES * 60_000;
  const calm = () => witness.progress(MAXIMUM_CALM_MILLISECONDS);
  const chaos = disturb(random, [...coordinators, ...workers], proxies, end, count, calm);
  const clients = Array.from({ length: CLIENTS }, (_, i) =>
    submit(addresses.join(","), i, expected, end, count),
  );
  await Promise.all([chaos, ...clients]);
  await witness.end();
  for (const keeper of [...workers, ...coordinators]) await keeper.end();
  for (const proxy of proxies) await proxy[Symbol.asyncDispose]();

  const ledger = await engine.open();
  const lost = await missing(ledger, witness.acknowledged);
  await ledger.close();
  const story = Object.fromEntries([...counts].toSorted(([a], [b]) => a.localeCompare(b)));
  process.stderr.write(
    `${JSON.stringify({ ...story, acknowledged: witness.acknowledged.length, lost: lost.length })}\n`,
  );
  assert.deepEqual(lost, []);
  assert.ok(witness.acknowledged.length > 0);
  assert.ok((counts.get("runs") ?? 0) > 0);
}

function workFlags(addresses: string): string[] {
  return ["work", "--coordinator", addresses, "--threads", "1", "--log-level", "error"];
}

/** Makes one disturbance after another until the end, then lets everything run again. */
async function disturb(
  random: Random,
  keepers: readonly Keeper[],
  proxies: readonly Proxy[],
  end: number,
  count: (what: string) => void,
  calm: () => Promise<void>,
): Promise<void> {
  const healing: Promise<void>[] = [];
  for (let turn = 1; Date.now() < end; turn++) {
    await delay(random.between(100, 700));
    if (turn % DISTURBANCES_BETWEEN_CALMS === 0) await calm();
    const keeper = random.pick(keepers);
    const proxy = random.pick(proxies);
    const duration = random.between(100, 4000);
    const dice = random.uniform();
    if (dice < 0.7) {
      if (keeper.signal("SIGKILL")) count(`killed ${keeper.name}`);
    } else if (dice < 0.8) {
      const frozen = keeper.current;
      if (keeper.signal("SIGSTOP")) {
        count(`frozen ${keeper.name}`);
        healing.push(
          heal(duration, () => {
            if (!frozen.hasEnded) frozen.signal("SIGCONT");
          }),
        );
      }
    } else if (dice < 0.9) {
      proxy.reset();
      count("reset sockets");
    } else {
      proxy.stall();
      count("swallowed bytes");
      healing.push(
        heal(duration, () => {
          proxy.flow();
        }),
      );
    }
  }
  await Promise.all(healing);
}

/** Submits one run after another and compares each with the undisturbed one. */
async function submit(
  addresses: string,
  client: number,
  expected: readonly string[],
  end: number,
  count: (what: string) => void,
): Promise<void> {
  const api = new SimulationApi(addresses);
  try {
    for (let turn = client; Date.now() < end; turn++) {
      const place = turn % INPUTS.length;
      const message = specificationToMessage(parsePropagation(INPUTS[place] as PropagationInput));
      const requestId = `${client}-${turn}`;
      const { name } = await persist(end, () => api.createRun(message, requestId));
      const run = await persist(end, async () => {
        for await (const watched of api.watchRun(name)) {
          if (hasEnded(stateOf(watched))) return watched;
        }
        throw new Error("the watch ended before the run");
      });
      assert.equal(answerOf(runToJson(run)), expected[place], `${name}: ${run.error}`);
      count("runs");
    }
  } finally {
    api.close();
  }
}

/**
 * Tries until it succeeds. A coordinator may be away for a while, again and again until the
 * disturbances end; nothing else may go wrong.
 */
async function persist<Result>(end: number, attempt: () => Promise<Result>): Promise<Result> {
  const deadline = end + SETTLING_MILLISECONDS;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > deadline || error instanceof assert.AssertionError) throw error;
      await delay(200);
    }
  }
}

/** Finds what was acknowledged but is not in the ledger. */
async function missing(
  ledger: Ledger,
  acknowledged: readonly Acknowledged[],
): Promise<Acknowledged[]> {
  const lost: Acknowledged[] = [];
  const byRun = Map.groupBy(acknowledged, ({ run }) => run);
  for (const [run, shards] of byRun) {
    const recorded = new Set<number>();
    for await (const { shardIndex } of ledger.shards(run)) recorded.add(shardIndex);
    lost.push(...shards.filter(({ shardIndex }) => !recorded.has(shardIndex)));
  }
  return lost;
}

async function freePort(): Promise<number> {
  await using proxy = await Proxy.to("127.0.0.1:1");
  return Number(proxy.address.split(":")[1]);
}

async function heal(milliseconds: number, remedy: () => void): Promise<void> {
  await delay(milliseconds);
  remedy();
}
