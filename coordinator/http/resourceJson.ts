import type { Run } from "../../shared/wire/generated/lyapunov/v1/Run.ts";
import type { Sweep } from "../../shared/wire/generated/lyapunov/v1/Sweep.ts";
import { runToJson, sweepToJson, type RunJson, type SweepJson } from "../../shared/wire/json.ts";
import { SimulationService } from "../../shared/wire/protocol.ts";

const { GetRun, GetSweep } = SimulationService.service;

/** A run as a client of gRPC reads it. It goes by the wire, so that the interfaces cannot differ. */
export function runJson(run: Run): RunJson {
  const received = GetRun.responseDeserialize(GetRun.responseSerialize({ run })).run;
  if (!received) throw new Error(`${run.name} was lost on its way through the wire`);
  return runToJson(received);
}

/** A sweep as a client of gRPC reads it. */
export function sweepJson(sweep: Sweep): SweepJson {
  const received = GetSweep.responseDeserialize(GetSweep.responseSerialize({ sweep })).sweep;
  if (!received) throw new Error(`${sweep.name} was lost on its way through the wire`);
  return sweepToJson(received);
}
