import assert from "node:assert/strict";
import { once } from "node:events";
import http2, { type ClientHttp2Session } from "node:http2";

import { pino } from "pino";

import { SimulationApi } from "../../client/sdk/api.ts";
import { MemoryLedger } from "../../coordinator/ledger/memoryLedger.ts";
import { CoordinatorMetrics } from "../../coordinator/metrics/coordinatorMetrics.ts";
import { startCoordinator, type CoordinatorServer } from "../../coordinator/process/server.ts";
import { SimulationService } from "../../shared/wire/protocol.ts";

const { WatchRun, WatchSweep } = SimulationService.service;
const RUNS = 200;
/** Watches that nobody reads. */
const UNREAD = 40;
/** Far less than all of them would have waiting. */
const MAXIMUM_BYTES = 2 ** 19;

describe("watches that nobody reads", () => {
  let metrics: CoordinatorMetrics;
  let coordinator: CoordinatorServer;
  let address: string;
  let api: SimulationApi;
  let sweep: { readonly name: string; readonly runs: readonly { readonly name: string }[] };
  let session: ClientHttp2Session;

  before(async () => {
    metrics = new CoordinatorMetrics(() => performance.now() / 1000);
    coordinator = await startCoordinator({
      address: "127.0.0.1:0",
      ledger: new MemoryLedger(),
      log: pino({ level: "silent" }),
      onFatal: (error) => {
        throw error;
      },
      metrics,
      watches: {
        pace: { pause: 10, limit: 50 },
        outbox: { maximumBytes: MAXIMUM_BYTES, patience: 500, pressedPatience: 50 },
      },
    });
    address = `127.0.0.1:${coordinator.port}`;
    api = new SimulationApi(address);
    const runs = Array.from({ length: RUNS }, (_, seed) => ({
      network: {
        width: 7,
        depth: 8,
        negativeSlope: 0.01,
        weights: "WEIGHT_LAW_GAUSSIAN" as const,
        namedGain: "NAMED_GAIN_HE" as const,
      },
      seed,
      stoppingRule: { replicaCount: 1000 },
    }));
    sweep = await api.createSweep({ displayName: "", runs }, "");
    // The server may send nothing to this client but headers.
    session = http2.connect(`http://${address}`, { settings: { initialWindowSize: 0 } });
    await once(session, "remoteSettings");
  });
  after(async () => {
    session.destroy();
    api.close();
    await coordinator.close();
  });

  /** Opens a watch that is never read; resolves to the code with which it is reset. */
  async function unread(method: "WatchRun" | "WatchSweep", message: Buffer): Promise<number> {
    const stream = session.request({
      ":method": "POST",
      ":path": `/lyapunov.v1.SimulationService/${method}`,
      "content-type": "application/grpc",
      te: "trailers",
    });
    const { promise, resolve } = Promise.withResolvers<number>();
    // There is nothing to read, as the window stays shut; the end of the stream is.
    stream.resume().on("error", () => undefined);
    stream.on("close", () => {
      resolve(stream.rstCode ?? -1);
    });
    const frame = Buffer.alloc(5);
    frame.writeUInt32BE(message.length, 1);
    stream.end(Buffer.concat([frame, message]));
    return promise;
  }

  async function told(metric: string): Promise<number> {
    const row = (await metrics.scrape()).split("\n").find((line) => line.startsWith(`${metric} `));
    return Number(row?.split(" ")[1]);
  }

  it("of sweeps are ended, what waits for them is bounded, and others are served", async () => {
    const message = WatchSweep.requestSerialize({ name: sweep.name });
    const ends = Array.from({ length: UNREAD }, () => unread("WatchSweep", message));
    for await (const { runs } of api.watchSweep(sweep.name, 50)) {
      assert.equal(runs.length, 50);
      break;
    }
    assert.ok((await told("lyapunov_watch_waiting_bytes")) <= MAXIMUM_BYTES);
    const codes = await Promise.all(ends);
    // A client of gRPC calls that RESOURCE_EXHAUSTED.
    assert.deepEqual(new Set(codes), new Set([http2.constants.NGHTTP2_ENHANCE_YOUR_CALM]));
    assert.equal(await told("lyapunov_watches_dropped_total"), UNREAD);
    assert.equal(await told("lyapunov_watch_waiting_bytes"), 0);
  });

  it("of runs are ended, too", async () => {
    const dropped = await told("lyapunov_watches_dropped_total");
    const message = WatchRun.requestSerialize({ name: sweep.runs[0]?.name ?? "" });
    assert.equal(await unread("WatchRun", message), http2.constants.NGHTTP2_ENHANCE_YOUR_CALM);
    assert.equal(await told("lyapunov_watches_dropped_total"), dropped + 1);
  });
});
