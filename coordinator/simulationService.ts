import type { ServerWritableStream } from "@grpc/grpc-js";
import type { Logger } from "pino";

import type { Run } from "../shared/wire/generated/lyapunov/v1/Run.ts";
import type { SimulationServiceHandlers } from "../shared/wire/generated/lyapunov/v1/SimulationService.ts";
import { hasEnded, stateOf } from "../shared/wire/runStates.ts";
import { stoppingRuleInputFromMessage } from "../shared/wire/specificationMessages.ts";
import { serverStreaming, unary } from "./calls.ts";
import { ChangeSignal } from "./changeSignal.ts";
import type { Coordinator } from "./coordinator.ts";
import type { Engine } from "./engine.ts";
import { readName, readPageSize, readRequestId, readRun, readSweep } from "./requests.ts";

/** A watcher hears of changes at most so often. */
const WATCH_INTERVAL_MILLISECONDS = 200;
/** … and, with nothing new, of a rate that falls at least so often. */
const WATCH_LIMIT_MILLISECONDS = 5000;

/** The gRPC front of the coordinator for clients: reads requests, nothing else. */
export function simulationHandlers(
  coordinator: Coordinator,
  engine: Engine,
  log: Logger,
): SimulationServiceHandlers {
  return {
    CreateRun: unary(log, async (request) => ({
      run: await coordinator.createRun(readRun("run", request.run), creationOptions(request)),
    })),
    GetRun: unary(log, async ({ name }) => ({
      run: await coordinator.run(readName("runs", name)),
    })),
    ListRuns: unary(log, async ({ pageSize, pageToken }) =>
      coordinator.runs(readPageSize(pageSize), pageToken),
    ),
    WatchRun: serverStreaming(log, async ({ name: requested }, stream) => {
      const name = readName("runs", requested);
      using changes = new ChangeSignal(engine, stream, new Set([name]));
      for (;;) {
        const run = await coordinator.run(name);
        await send(stream, { run });
        if (stream.cancelled || hasEnded(stateOf(run))) return;
        await changes.next(WATCH_INTERVAL_MILLISECONDS, WATCH_LIMIT_MILLISECONDS);
      }
    }),
    CancelRun: unary(log, async ({ name }) => ({
      run: await coordinator.cancelRun(readName("runs", name)),
    })),
    ExtendRun: unary(log, async ({ name, stoppingRule, etag }) => {
      const rule = stoppingRule ? stoppingRuleInputFromMessage(stoppingRule) : {};
      return { run: await coordinator.extendRun(readName("runs", name), rule, etag) };
    }),
    CreateSweep: unary(log, async (request) => {
      const { displayName, specifications } = readSweep(request.sweep);
      const options = creationOptions(request);
      return { sweep: await coordinator.createSweep(displayName, specifications, options) };
    }),
    GetSweep: unary(log, async ({ name }) => ({
      sweep: await coordinator.sweep(readName("sweeps", name)),
    })),
    ListSweeps: unary(log, async ({ pageSize, pageToken }) =>
      coordinator.sweeps(readPageSize(pageSize), pageToken),
    ),
    WatchSweep: serverStreaming(log, async ({ name: requested }, stream) => {
      const name = readName("sweeps", requested);
      const whole = await coordinator.sweep(name);
      const names = new Set(whole.runs?.map((run) => run.name ?? ""));
      using changes = new ChangeSignal(engine, stream, names);
      let changed: ReadonlySet<string> | undefined;
      for (;;) {
        const sweep = await coordinator.sweep(name);
        const ended = hasEnded(stateOf(sweep));
        const concerns = (run: Run) =>
          // Without a change, what goes on is said again, for its rate and time left.
          changed?.size === 0 ? !hasEnded(stateOf(run)) : changed?.has(run.name ?? "");
        const runs = sweep.runs?.filter((run) => ended || !changed || concerns(run));
        await send(stream, { sweep: { ...sweep, ...(runs && { runs }) } });
        if (stream.cancelled || ended) return;
        changed = await changes.next(WATCH_INTERVAL_MILLISECONDS, WATCH_LIMIT_MILLISECONDS);
      }
    }),
    CancelSweep: unary(log, async ({ name }) => ({
      sweep: await coordinator.cancelSweep(readName("sweeps", name)),
    })),
    ExtendSweep: unary(log, async ({ name, stoppingRule }) => {
      const rule = stoppingRule ? stoppingRuleInputFromMessage(stoppingRule) : {};
      return { sweep: await coordinator.extendSweep(readName("sweeps", name), rule) };
    }),
  };
}

function creationOptions(request: { readonly requestId: string; readonly validateOnly: boolean }) {
  return { requestId: readRequestId(request.requestId), validateOnly: request.validateOnly };
}

/** Resolves once the stream can take more, or is gone: a slow watcher misses states, not the end. */
async function send<Request, Response>(
  stream: ServerWritableStream<Request, Response>,
  message: Response,
): Promise<void> {
  if (stream.cancelled || stream.write(message)) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const events = ["drain", "cancelled"] as const;
  for (const event of events) stream.on(event, resolve);
  await promise;
  for (const event of events) stream.off(event, resolve);
}
