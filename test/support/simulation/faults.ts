import { extensionProblem } from "../../../shared/specification/stoppingRule.ts";
import { FLEET_FAULTS, type Fleet } from "./fleetFaults.ts";
import { randomExtension } from "./scenario.ts";
import type { SimulatedCoordinator } from "./simulatedCoordinator.ts";
import type { SimulatedLedger } from "./simulatedLedger.ts";

/** A fleet with its coordinator and its ledger. */
interface Cluster extends Fleet {
  readonly coordinator: SimulatedCoordinator;
  readonly ledger: SimulatedLedger;
}

type Fault = (cluster: Cluster) => void;

/** Everything that can happen to a cluster; likelier faults are listed more than once. */
export const FAULTS: readonly Fault[] = [
  ...FLEET_FAULTS,
  cancelsRun,
  extendsRun,
  extendsRun,
  restartsCoordinator,
];

function cancelsRun(cluster: Cluster): void {
  const run = anyRun(cluster);
  if (run === undefined) return;
  cluster.note("cancel", run);
  cluster.coordinator.cancelRun(run);
}

function extendsRun(cluster: Cluster): void {
  const run = anyRun(cluster);
  const record = run === undefined ? undefined : cluster.ledger.runs.get(run);
  if (run === undefined || record === undefined) return;
  const { specification } = record;
  const stoppingRule = randomExtension(cluster.random, specification);
  const folded = cluster.coordinator.scheduler.runs.get(run)?.progress.folded?.replicaCount ?? 0;
  if (extensionProblem(specification.stoppingRule, stoppingRule, folded) !== undefined) return;
  cluster.note("extend", run);
  cluster.coordinator.extendRun(run, { ...specification, stoppingRule });
}

function restartsCoordinator(cluster: Cluster): void {
  cluster.note("coordinator restarts");
  cluster.coordinator.restart();
}

function anyRun({ ledger, random }: Cluster): string | undefined {
  const runs = [...ledger.runs.keys()];
  return runs.length === 0 ? undefined : random.pick(runs);
}
