import { extensionProblem } from "../../../shared/statistics/stoppingRule.ts";
import type { Random } from "../random.ts";
import { randomExtension, randomTemperament } from "./scenario.ts";
import type { SimulatedCluster } from "./simulatedCluster.ts";
import type { SimulatedWorker } from "./simulatedWorker.ts";

type Fault = (cluster: SimulatedCluster) => void;

/** What can happen to a cluster; what happens more often is listed more often. */
export const FAULTS: readonly Fault[] = [
  joins,
  joins,
  ofWorker("crash", (worker) => {
    worker.crash();
  }),
  ofWorker("drain", (worker) => {
    worker.drain();
  }),
  ofWorker("stream breaks", (worker) => {
    worker.breakStream();
  }),
  ofWorker("stream breaks", (worker) => {
    worker.breakStream();
  }),
  ofWorker("stream is superseded", (worker) => {
    worker.connect();
  }),
  hangs,
  hangs,
  jumpsClock,
  cancelsRun,
  extendsRun,
  extendsRun,
  restartsCoordinator,
];

function joins(cluster: SimulatedCluster): void {
  cluster.addWorker(randomTemperament(cluster.random));
}

function ofWorker(what: string, happens: (worker: SimulatedWorker) => void): Fault {
  return (cluster) => {
    const worker = present(cluster);
    if (worker === undefined) return;
    cluster.note(what, worker.id);
    happens(worker);
  };
}

function hangs(cluster: SimulatedCluster): void {
  const worker = present(cluster);
  if (worker === undefined) return;
  cluster.note("hang", worker.id);
  worker.freeze();
  cluster.timeline.after(cluster.random.exponential(20), () => {
    worker.thaw();
  });
}

function jumpsClock(cluster: SimulatedCluster): void {
  const seconds = cluster.random.pick([-1, 1]) * cluster.random.exponential(20);
  cluster.note("clock jumps", `by ${seconds.toFixed(1)} s`);
  cluster.jumpClock(seconds);
}

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

function present({ workers, random }: SimulatedCluster): SimulatedWorker | undefined {
  const candidates = workers.filter(({ state }) => state !== "gone");
  return candidates.length === 0 ? undefined : random.pick(candidates);
}

function anyRun({ ledger }: SimulatedCluster, random: Random): string | undefined {
  const runs = [...ledger.runs.keys()];
  return runs.length === 0 ? undefined : random.pick(runs);
}
