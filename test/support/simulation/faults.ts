import { extensionProblem } from "../../../shared/specification/stoppingRule.ts";
import type { Random } from "../random.ts";
import { FLEET_FAULTS } from "./fleetFaults.ts";
import { randomExtension } from "./scenario.ts";
import type { SimulatedCluster } from "./simulatedCluster.ts";

type Fault = (cluster: SimulatedCluster) => void;

/** What can happen to a cluster; what happens more often is listed more often. */
export const FAULTS: readonly Fault[] = [
  ...FLEET_FAULTS,
  cancelsRun,
  extendsRun,
  extendsRun,
  restartsCoordinator,
];

function cancelsRun(cluster: SimulatedCluster): void {
  const run = anyRun(cluster, cluster.random);
  if (run === undefined) return;
  cluster.note("cancel", run);
  cluster.coordinator.cancelRun(run);
}

function extendsRun(cluster: SimulatedCluster): void {
  const run = anyRun(cluster, cluster.random);
  const record = run === undefined ? undefined : cluster.ledger.runs.get(run);
  if (run === undefined || record === undefined) return;
  const { specification } = record;
  const stoppingRule = randomExtension(cluster.random, specification);
  const folded = cluster.coordinator.scheduler.runs.get(run)?.progress.folded?.replicaCount ?? 0;
  if (extensionProblem(specification.stoppingRule, stoppingRule, folded) !== undefined) return;
  cluster.note("extend", run);
  cluster.coordinator.extendRun(run, { ...specification, stoppingRule });
}

function restartsCoordinator(cluster: SimulatedCluster): void {
  cluster.note("coordinator restarts");
  cluster.coordinator.restart();
}

function anyRun({ ledger }: SimulatedCluster, random: Random): string | undefined {
  const runs = [...ledger.runs.keys()];
  return runs.length === 0 ? undefined : random.pick(runs);
}
