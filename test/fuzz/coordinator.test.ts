import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import * as fc from "fast-check";

import { requestTypeOf } from "../../shared/wire/messageTypes.ts";
import { ShardPlan } from "../../coordinator/plan/shardPlan.ts";
import { problemOf, taskOf } from "../support/runShards.ts";
import type { ShardPartial } from "../../shared/statistics/replicaSums.ts";
import { characterCount } from "../../shared/specification/violations.ts";
import { FleetService, SimulationService } from "../../shared/wire/protocol.ts";
import { hasEnded, stateOf } from "../../shared/wire/runStates.ts";
import { VERSION } from "../../shared/wire/version.ts";
import { referenceBackend } from "../../worker/backends/reference/referenceBackend.ts";
import { computeShard } from "../../worker/pool/shard.ts";
import { PostgresServer } from "../support/postgres.ts";
import { specificationWith } from "../support/specifications.ts";
import { needing } from "../support/tiers/tiers.ts";
import { Cluster, type RunJson } from "../system/support/cluster.ts";
import { commandJson } from "../system/support/command.ts";
import { RawWorker } from "../system/support/rawWorker.ts";
import { dearCases, spoiled, TIMEOUT_MILLISECONDS } from "./support/fuzzing.ts";
import { anyMessage, encoded } from "./support/anyMessage.ts";
import { anyPartial, anySpoiling } from "./support/partials.ts";
import { RawClient } from "./support/rawClient.ts";

/** Codes with which any call may end. UNKNOWN and INTERNAL would be faults of the coordinator. */
const CODES =
  "OK INVALID_ARGUMENT NOT_FOUND ALREADY_EXISTS FAILED_PRECONDITION ABORTED RESOURCE_EXHAUSTED".split(
    " ",
  );
/** Longest text of a partial; those of others end the stream. */
const MAXIMUM_TEXT_LENGTH = 100;
/** Memory that a coordinator may use. It starts with a tenth; V8 collects garbage lazily. */
const MAXIMUM_RESIDENT_BYTES = 2 ** 30;

const GOOD_RUN = {
  network: { width: 4, depth: 10, negativeSlope: 0.01, weights: 1, namedGain: 1 },
  stoppingRule: { replicaCount: 100 },
};
const GOOD_JOIN = {
  workerId: "fuzz",
  version: VERSION,
  devices: [{ backends: [2], slotCount: 1 }],
};
/** Good requests by the names of their messages, for making nearly good ones. */
const GOOD: Readonly<Record<string, object>> = {
  CreateRunRequest: { run: GOOD_RUN, validateOnly: true },
  CreateSweepRequest: { sweep: { runs: [GOOD_RUN, GOOD_RUN] }, validateOnly: true },
  ExtendRunRequest: { name: "runs/0", stoppingRule: GOOD_RUN.stoppingRule },
  ExtendSweepRequest: { name: "sweeps/0", stoppingRule: GOOD_RUN.stoppingRule },
  WorkRequest: { join: GOOD_JOIN },
};

/** Encodes field `id`: its tag, its length and its bytes. */
function field(id: number, bytes: Uint8Array): Buffer {
  const header = [(id << 3) | 2];
  let { length } = bytes;
  for (; length > 127; length >>>= 7) header.push((length & 127) | 128);
  return Buffer.concat([Buffer.from([...header, length]), bytes]);
}

function typeOf(path: string) {
  const type = requestTypeOf(path);
  if (type === undefined) throw new Error(`${path} has no request`);
  return type;
}

/** Draws messages for a method: any messages, nearly good ones, and bytes that are no message. */
function requestsOf(path: string): fc.Arbitrary<Uint8Array> {
  const type = typeOf(path);
  const good = GOOD[type.name] ?? {};
  const any = anyMessage(type);
  return fc.oneof(
    any.map((message) => encoded(type, message)),
    any.map((message) =>
      encoded(type, { ...good, ...message, ...("run" in good && { run: good.run }) }),
    ),
    spoiled(any.map((message) => encoded(type, { ...message, ...good }))),
    fc.uint8Array({ maxLength: 64 }),
  );
}

/** Requests that are small on the wire but large in memory or in the answer, or at a limit. */
const HEAVY: readonly (readonly [what: string, path: string, bytes: () => Buffer])[] = [
  ["runs without a field", "SimulationService/CreateSweep", () => field(1, repeated([0x1a, 0]))],
  [
    "runs of the wrong wire type",
    "SimulationService/CreateSweep",
    () => field(1, repeated([0x18, 0])),
  ],
  ["checkpoint depths", "SimulationService/CreateRun", () => field(1, field(9, repeated([1])))],
  ["a name", "SimulationService/GetRun", () => field(1, repeated([0x61]))],
  ["a page token", "SimulationService/ListRuns", () => field(2, repeated([0x61]))],
  ["an unknown field", "SimulationService/GetRun", () => field(99 & 15, repeated([0x61]))],
  ["groups in groups", "SimulationService/GetRun", () => repeated([0x7b])],
  ["devices without a field", "FleetService/Work", () => field(1, repeated([0x22, 0]))],
  ["leases held", "FleetService/Work", () => field(1, field(5, repeated([0x80, 1])))],
  [
    "checkpoints without a field",
    "FleetService/Work",
    () => field(3, field(4, repeated([0x32, 0]))),
  ],
  [
    "a version",
    "FleetService/Work",
    () =>
      field(
        1,
        Buffer.concat([
          field(1, Buffer.from("w")),
          field(3, repeated([0x61])),
          field(4, Buffer.from([0x10, 1])),
        ]),
      ),
  ],
];

/** Repeats a pattern to 15 MiB: the longest message, less what is around it. */
function repeated(pattern: readonly number[]): Buffer {
  return Buffer.alloc(15 * 2 ** 20, Buffer.from(pattern));
}

/** Ledgers of the coordinator. PostgreSQL accepts less than SQLite and memory do. */
const LEDGERS = [
  { kind: "memory", share: 1, declaring: { describe } },
  { kind: "PostgreSQL", share: 0.2, declaring: needing("postgresql") },
];

for (const { kind, share, declaring } of LEDGERS)
  declaring.describe(`fuzzing: the coordinator over gRPC, with a ledger in ${kind}`, function () {
    this.timeout(TIMEOUT_MILLISECONDS);
    let cluster: Cluster;
    let client: RawClient;
    const resources = new AsyncDisposableStack();

    before(async () => {
      let place = "memory";
      if (kind === "PostgreSQL") {
        const server = resources.use(await PostgresServer.start());
        place = await server.createDatabase();
      }
      cluster = resources.use(await Cluster.start(0, 1, ["--ledger", place]));
      client = resources.use(new RawClient(cluster.address));
    });

    after(() => resources.disposeAsync());

    afterEach(() => {
      assert.equal(cluster.coordinator.hasEnded, false, cluster.coordinator.stderr.slice(-5000));
      assert.ok(residentBytes() < MAXIMUM_RESIDENT_BYTES, `${residentBytes()} bytes are resident`);
    });

    for (const [i, { path, responseStream }] of Object.values(
      SimulationService.service,
    ).entries()) {
      it(`${path} ends with a code that says whose fault it was`, async () => {
        await fc.assert(
          fc.asyncProperty(requestsOf(path), async (bytes) => {
            const code = await (responseStream
              ? client.watch(path, bytes)
              : client.unary(path, bytes));
            assert.ok(CODES.includes(code), code);
          }),
          dearCases(100 * share, 100 + i),
        );
      });
    }

    const { path } = FleetService.service.Work;

    it(`${path} does so after any messages`, async () => {
      const type = typeOf(path);
      const joined = fc.constantFrom([encoded(type, { join: GOOD_JOIN })], []);
      const conversations = fc
        .tuple(joined, fc.array(requestsOf(path), { maxLength: 4 }))
        .map(([before, then]) => [...before, ...then]);
      await fc.assert(
        fc.asyncProperty(conversations, async (messages) => {
          const code = await client.converse(path, messages);
          assert.ok(CODES.includes(code), code);
        }),
        dearCases(300 * share, 99),
      );
    });

    for (const [what, method, bytes] of HEAVY) {
      it(`answers 15 MiB of ${what}`, async () => {
        const whole = `/lyapunov.v1.${method}`;
        const code = await (method === "FleetService/Work"
          ? client.converse(whole, [bytes()])
          : client.unary(whole, bytes()));
        assert.ok(CODES.includes(code), code);
      });
    }

    for (const [what, name] of [
      ["half a character where a name is cut", `${"x".repeat(59)}😀😀`],
      ["a name of many characters", "😀".repeat(100_000)],
      ["a name of control characters", "\0\n\u001b[2J"],
    ] as const) {
      it(`answers ${what}`, async () => {
        const bytes = field(1, Buffer.from(name));
        assert.equal(
          await client.unary("/lyapunov.v1.SimulationService/GetRun", bytes),
          "INVALID_ARGUMENT",
        );
      });
    }

    it("takes no partial that cannot be from a worker: the run fails rather than lie", async () => {
      await cancelAll();
      const task = taskOf(SPECIFICATION);
      const honest = await computeShard(referenceBackend, task);
      const impossible = fc
        .oneof(
          anyPartial,
          anySpoiling.map((spoil) => spoil(honest)),
        )
        // Leaves out what the wire would mend, and mere lies.
        .filter(
          (partial) =>
            problemOf(new ShardPlan(SPECIFICATION).task(0), partial) !== undefined &&
            isSendable(partial),
        );
      let worker = 0;
      await fc.assert(
        fc.asyncProperty(impossible, async (partial) => {
          using liar = new RawWorker(cluster.address);
          liar.join(`liar-${worker++}`, 1);
          const finished = cluster.estimate(INPUT);
          liar.work(() => partial).catch(() => undefined);
          const run = await finished;
          assert.deepEqual([run.state, run.replicaCount], ["FAILED", "0"]);
          assert.match(run.error, /an impossible partial/);
        }),
        dearCases(25 * share, 98),
      );
    });

    it("serves good clients and honest workers after all of this, with the right bits", async () => {
      await cancelAll();
      const line = "--width 8 --depth 50 --replicas 20000 --seed 3".split(" ");
      await cluster.addWorker(1);
      const here = await cluster.run(line);
      const elsewhere = await commandJson<RunJson>(["run", ...line, "--threads", "1"]);
      assert.equal(here.state, "SUCCEEDED");
      assert.deepEqual(
        [here.lyapunovExponent, here.variance, here.checkpoints],
        [elsewhere.lyapunovExponent, elsewhere.variance, elsewhere.checkpoints],
      );
    });

    function residentBytes(): number {
      const status = readFileSync(`/proc/${cluster.coordinator.pid}/status`, "utf8");
      return 1024 * Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]);
    }

    /** Cancels all runs: those created by accident would be worked on, too. */
    async function cancelAll(): Promise<void> {
      for (let pageToken = ""; ;) {
        const { runs, nextPageToken } = await cluster.api.listRuns(100, pageToken);
        for (const run of runs) if (!hasEnded(stateOf(run))) await cluster.api.cancelRun(run.name);
        if (nextPageToken === "") return;
        pageToken = nextPageToken;
      }
    }
  });

const INPUT = {
  network: { width: 2, depth: 20, negativeSlope: 0.1, weights: "gaussian", gain: 1 },
  backend: "reference",
  stoppingRule: { replicaCount: 16 },
};
const SPECIFICATION = specificationWith({ ...INPUT, checkpointDepths: [] });

/** Whether the wire can carry every number of the partial, and the coordinator takes its texts. */
function isSendable(partial: ShardPartial): boolean {
  const { backend, generator, firstReplica, replicaCount, observables, checkpoints } = partial;
  const texts = [backend, generator, ...observables];
  if (texts.some((text) => characterCount(text.toWellFormed()) > MAXIMUM_TEXT_LENGTH)) return false;
  const numbers = checkpoints.flatMap(({ depth, survivorCount, extinctCount, quantileSketch }) => [
    depth,
    survivorCount,
    extinctCount,
    ...quantileSketch.binCounts,
    ...quantileSketch.binIndexes.map(Math.abs),
  ]);
  return [firstReplica, replicaCount, ...numbers].every(
    (value) => Number.isSafeInteger(value) && value >= 0,
  );
}
