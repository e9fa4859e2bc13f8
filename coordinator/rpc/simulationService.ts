import type { Metadata, ServerWritableStream } from "@grpc/grpc-js";
import type { Logger } from "pino";

import type { Kinds } from "../../shared/kinds/kinds.ts";
import type { Run } from "../../shared/wire/generated/lyapunov/v1/Run.ts";
import type { SimulationServiceHandlers } from "../../shared/wire/generated/lyapunov/v1/SimulationService.ts";
import { hasEnded, stateOf } from "../../shared/wire/runStates.ts";
import { stoppingRuleInputFromMessage } from "../../shared/wire/stoppingRuleMessages.ts";
import { serverStreaming, unary } from "./rpcHandlers.ts";
import { ChangeSignal } from "./changeSignal.ts";
import type { Simulations } from "../simulations/simulations.ts";
import type { AskingFields } from "../door/clientBook.ts";
import type { Door } from "../door/door.ts";
import {
  readEtag,
  readName,
  readPageSize,
  readPageToken,
  readRequestId,
  readRun,
  readSweep,
} from "../simulations/requests.ts";

/** A watcher is told of changes at most so often … */
const WATCH_INTERVAL_MILLISECONDS = 200;
/** … and, while nothing changes, of the rate, which falls, at least so often. */
const WATCH_LIMIT_MILLISECONDS = 5000;

/** An extension asks for runs by their name, if they have ended, and for replicas by its rule. */
const EXTENDING: AskingFields = { runs: "name", replicas: "stopping_rule" };

/** The gRPC front of the coordinator for clients: reads requests, nothing else. */
export function simulationHandlers(
  simulations: Simulations,
  door: Door,
  kinds: Kinds,
  log: Logger,
): SimulationServiceHandlers {
  const admission = (metadata: Metadata, fields: AskingFields) =>
    door.clients.admissionOf(door.callerOf(metadata).client, fields);
  return {
    CreateRun: unary(log, async (request, metadata) => {
      const options = creationOptions(request);
      const specification = readRun("run", request.run, kinds);
      const admitted = admission(metadata, { runs: "run", replicas: "run.stopping_rule" });
      return { run: await simulations.createRun(specification, options, admitted) };
    }),
    GetRun: unary(log, async ({ name, withConvergence }) => {
      const run = await simulations.run(readName("runs", name));
      return { run: withConvergence ? await simulations.withConvergence(run) : run };
    }),
    ListRuns: unary(log, async ({ pageSize, pageToken }) =>
      simulations.runs(readPageSize(pageSize), readPageToken(pageToken)),
    ),
    WatchRun: serverStreaming(log, async ({ name: requested }, stream) => {
      const name = readName("runs", requested);
      using changes = new ChangeSignal(simulations, stream, new Set([name]));
      for (;;) {
        const run = await simulations.run(name);
        await send(stream, { run });
        if (stream.cancelled || hasEnded(stateOf(run))) return;
        await changes.next(WATCH_INTERVAL_MILLISECONDS, WATCH_LIMIT_MILLISECONDS);
      }
    }),
    CancelRun: unary(log, async ({ name }) => ({
      run: await simulations.cancelRun(readName("runs", name)),
    })),
    ExtendRun: unary(log, async ({ name: requested, stoppingRule, etag }, metadata) => {
      const rule = stoppingRule ? stoppingRuleInputFromMessage(stoppingRule) : {};
      const name = readName("runs", requested);
      return {
        run: await simulations.extendRun(
          name,
          rule,
          readEtag(etag),
          admission(metadata, EXTENDING),
        ),
      };
    }),
    CreateSweep: unary(log, async (request, metadata) => {
      const { maximumSweepRuns } = door.limits;
      const { displayName, specifications } = readSweep(request.sweep, maximumSweepRuns, kinds);
      const options = creationOptions(request);
      const admitted = admission(metadata, { runs: "sweep.runs", replicas: "sweep.runs" });
      return {
        sweep: await simulations.createSweep(displayName, specifications, options, admitted),
      };
    }),
    GetSweep: unary(log, async ({ name }) => ({
      sweep: await simulations.sweep(readName("sweeps", name)),
    })),
    ListSweeps: unary(log, async ({ pageSize, pageToken }) =>
      simulations.sweeps(readPageSize(pageSize), readPageToken(pageToken)),
    ),
    WatchSweep: serverStreaming(log, async ({ name: requested }, stream) => {
      const name = readName("sweeps", requested);
      const whole = await simulations.sweep(name);
      const names = new Set(whole.runs?.map((run) => run.name ?? ""));
      using changes = new ChangeSignal(simulations, stream, names);
      let changed: ReadonlySet<string> | undefined;
      for (;;) {
        const sweep = await simulations.sweep(name);
        const ended = hasEnded(stateOf(sweep));
        const concerns = (run: Run) =>
          // If nothing changed, unfinished runs are sent again, for their rates and times left.
          changed?.size === 0 ? !hasEnded(stateOf(run)) : changed?.has(run.name ?? "");
        const runs = sweep.runs?.filter((run) => ended || !changed || concerns(run));
        await send(stream, { sweep: { ...sweep, ...(runs && { runs }) } });
        if (stream.cancelled || ended) return;
        changed = await changes.next(WATCH_INTERVAL_MILLISECONDS, WATCH_LIMIT_MILLISECONDS);
      }
    }),
    CancelSweep: unary(log, async ({ name }) => ({
      sweep: await simulations.cancelSweep(readName("sweeps", name)),
    })),
    ExtendSweep: unary(log, async ({ name: requested, stoppingRule }, metadata) => {
      const rule = stoppingRule ? stoppingRuleInputFromMessage(stoppingRule) : {};
      const name = readName("sweeps", requested);
      return { sweep: await simulations.extendSweep(name, rule, admission(metadata, EXTENDING)) };
    }),
  };
}

function creationOptions(request: { readonly requestId: string; readonly validateOnly: boolean }) {
  return { requestId: readRequestId(request.requestId), validateOnly: request.validateOnly };
}

/**
 * Sends a message. Resolves once the stream can take more, or is gone: a slow watcher misses states
 * in between, and never the end.
 */
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
