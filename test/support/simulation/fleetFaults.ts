import type { Random } from "../random.ts";
import { randomTemperament } from "./scenario.ts";
import type { SimulatedWorker, Temperament } from "./simulatedWorker.ts";
import type { Timeline } from "./timeline.ts";

/** A fleet in simulated time, with the coordinator's clock. */
export interface Fleet {
  readonly random: Random;
  readonly timeline: Timeline;
  readonly workers: readonly SimulatedWorker[];
  addWorker(temperament: Temperament): void;
  jumpClock(seconds: number): void;
  note(what: string, detail?: string): void;
}

/** Everything that can happen to a fleet; likelier faults are listed more than once. */
export const FLEET_FAULTS: readonly ((fleet: Fleet) => void)[] = [
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
];

function joins(fleet: Fleet): void {
  fleet.addWorker(randomTemperament(fleet.random));
}

function ofWorker(
  what: string,
  happens: (worker: SimulatedWorker) => void,
): (fleet: Fleet) => void {
  return (fleet) => {
    const worker = present(fleet);
    if (worker === undefined) return;
    fleet.note(what, worker.id);
    happens(worker);
  };
}

function hangs(fleet: Fleet): void {
  const worker = present(fleet);
  if (worker === undefined) return;
  fleet.note("hang", worker.id);
  worker.freeze();
  fleet.timeline.after(fleet.random.exponential(20), () => {
    worker.thaw();
  });
}

function jumpsClock(fleet: Fleet): void {
  const seconds = fleet.random.pick([-1, 1]) * fleet.random.exponential(20);
  fleet.note("clock jumps", `by ${seconds.toFixed(1)} s`);
  fleet.jumpClock(seconds);
}

function present({ workers, random }: Fleet): SimulatedWorker | undefined {
  const candidates = workers.filter(({ state }) => state !== "gone");
  return candidates.length === 0 ? undefined : random.pick(candidates);
}
