import type { Metadata } from "@grpc/grpc-js";
import type { Logger } from "pino";

import type { Kinds } from "../../shared/kinds/kinds.ts";
import type { SimulationServiceHandlers } from "../../shared/wire/generated/lyapunov/v1/SimulationService.ts";
import { stoppingRuleInputFromMessage } from "../../shared/wire/stoppingRuleMessages.ts";
import { serverStreaming, unary } from "./rpcHandlers.ts";
import type { Watches } from "./watches.ts";
import type { Simulations } from "../simulations/simulations.ts";
import type { Door } from "../door/door.ts";
import {
  readEtag,
  readName,
  readPageSize,
  readPageToken,
  readRequestId,
  readRun,
  readRunsPerMessage,
  readSweep,
} from "../simulations/requests.ts";

/** The gRPC front of the coordinator for clients: reads requests, nothing else. */
export function simulationHandlers(
  simulations: Simulations,
  watches: Watches,
  door: Door,
  kinds: Kinds,
  log: Logger,
): SimulationServiceHandlers {
  const admission = (metadata: Metadata) =>
    door.clients.admissionOf(door.callerOf(metadata).client);
  return {
    CreateRun: unary(log, async (request, metadata) => {
      const options = creationOptions(request);
      const specification = readRun("run", request.run, kinds);
      return { run: await simulations.createRun(specification, options, admission(metadata)) };
    }),
    GetRun: unary(log, async ({ name, withConvergence }) => {
      const run = await simulations.run(readName("runs", name));
      return { run: withConvergence ? await simulations.withConvergence(run) : run };
    }),
    ListRuns: unary(log, async ({ pageSize, pageToken }) =>
      simulations.runs(readPageSize(pageSize), readPageToken(pageToken)),
    ),
    WatchRun: serverStreaming(log, async ({ name }, stream) =>
      watches.watchRun(readName("runs", name), stream),
    ),
    CancelRun: unary(log, async ({ name }) => ({
      run: await simulations.cancelRun(readName("runs", name)),
    })),
    ExtendRun: unary(log, async ({ name: requested, stoppingRule, etag }, metadata) => {
      const rule = stoppingRule ? stoppingRuleInputFromMessage(stoppingRule) : {};
      const name = readName("runs", requested);
      return { run: await simulations.extendRun(name, rule, readEtag(etag), admission(metadata)) };
    }),
    CreateSweep: unary(log, async (request, metadata) => {
      const { maximumSweepRuns } = door.limits;
      const { displayName, specifications } = readSweep(request.sweep, maximumSweepRuns, kinds);
      const options = creationOptions(request);
      const admitted = admission(metadata);
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
    WatchSweep: serverStreaming(log, async ({ name, pageSize }, stream) =>
      watches.watchSweep(readName("sweeps", name), readRunsPerMessage(pageSize), stream),
    ),
    CancelSweep: unary(log, async ({ name }) => ({
      sweep: await simulations.cancelSweep(readName("sweeps", name)),
    })),
    ExtendSweep: unary(log, async ({ name: requested, stoppingRule }, metadata) => {
      const rule = stoppingRule ? stoppingRuleInputFromMessage(stoppingRule) : {};
      const name = readName("sweeps", requested);
      return { sweep: await simulations.extendSweep(name, rule, admission(metadata)) };
    }),
  };
}

function creationOptions(request: { readonly requestId: string; readonly validateOnly: boolean }) {
  return { requestId: readRequestId(request.requestId), validateOnly: request.validateOnly };
}
