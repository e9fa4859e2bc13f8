import { setTimeout as sleep } from "node:timers/promises";

import type { ScaledActivation } from "../scaledActivation.ts";
import { type Batch, STATE_WORDS } from "./kernel.ts";
import type { Pace, QueueClock } from "./pace.ts";
import { Readbacks } from "./readbacks.ts";
import { CopiedStates } from "./states.ts";
import { afterSteps, nextSteps, type Step } from "./steps.ts";

/** Submissions of a batch on their way: the device has the next ones before one is done. */
const ON_THE_WAY = 3;
/** Most looks at the states in one submission, as long as their copies are not too large. */
const MOST_LOOKS = 16;
const LOOK_BYTES = 1 << 24;
/**
 * Share of a submission's expected time before its end is asked for: Dawn spins on a core of the
 * processor while it is asked.
 */
const PATIENCE = 0.8;
/** Shortest time worth sleeping. */
const SLEEP_SECONDS = 0.002;

/** A batch in device memory, with the buffers to read it. */
export interface BatchMemory {
  readonly batch: Batch;
  readonly readbacks: Readbacks;
  destroy(): void;
}

/** Who is told how a batch gets on. */
export interface BatchWatcher {
  /** The states at the initial inputs. */
  started(states: CopiedStates): void;
  /** The states at one of the depths. */
  looked(position: number, states: CopiedStates): void;
  /** The states when a submission is done; returns whether no replica can change any more. */
  landed(states: CopiedStates): boolean;
}

/** What a batch is run with. */
export interface BatchRun {
  readonly device: GPUDevice;
  readonly clock: QueueClock;
  readonly pace: Pace;
  readonly activation: ScaledActivation;
  readonly depths: readonly number[];
  /** The number of its replicas. */
  readonly count: number;
}

/** The looks at the states that fit into one submission. */
function looksOf(count: number): number {
  return Math.max(1, Math.min(MOST_LOOKS, Math.floor(LOOK_BYTES / stateBytes(count))));
}

function stateBytes(count: number): number {
  return 4 * STATE_WORDS * count;
}

/** The buffers to read a batch of so many replicas with. */
export function batchReadbacks(device: GPUDevice, count: number): Readbacks {
  return new Readbacks(device, ON_THE_WAY, looksOf(count) * stateBytes(count));
}

/**
 * Propagates a batch from its initial inputs to the last depth, or until no replica can change.
 *
 * @throws whatever the device does; nothing of the batch is on its way any more then
 */
export async function runBatch(
  run: BatchRun,
  memory: Pick<BatchMemory, "batch" | "readbacks">,
  watcher: BatchWatcher,
): Promise<void> {
  const { count, depths, pace } = run;
  const flights: Promise<void>[] = [];
  let settled = false;
  let landed: Promise<unknown> = Promise.resolve();
  const depart = (steps: readonly Step[]) => {
    const flight = fly(run, memory, watcher, steps, landed).then((isSettled) => {
      settled ||= isSettled;
    });
    // It is awaited later: until then its failure is not unhandled.
    landed = flight.catch(() => {});
    flights.push(flight);
  };
  try {
    depart([]);
    let recorded = { layer: 0, position: 0 };
    for (;;) {
      const steps = nextSteps(recorded, depths, pace.layers(count), looksOf(count));
      if (steps.length === 0 || settled) break;
      recorded = afterSteps(recorded, steps);
      if (flights.length >= ON_THE_WAY) await flights.shift();
      depart(steps);
    }
    await Promise.all(flights);
  } finally {
    await Promise.allSettled(flights);
  }
}

/**
 * Submits steps, or the start where there are none, and reads what was looked at once the submission
 * before has landed. Returns whether no replica of the batch can change any more.
 */
async function fly(
  { device, clock, pace, activation, count }: BatchRun,
  { batch, readbacks }: Pick<BatchMemory, "batch" | "readbacks">,
  watcher: BatchWatcher,
  steps: readonly Step[],
  before: Promise<unknown>,
): Promise<boolean> {
  const bytes = stateBytes(count);
  const readback = readbacks.take();
  const encoder = device.createCommandEncoder();
  const looks: (Step | undefined)[] = [];
  const look = (step?: Step) => {
    encoder.copyBufferToBuffer(batch.states, 0, readback, looks.length * bytes, bytes);
    looks.push(step);
  };
  const record = (encode: (pass: GPUComputePassEncoder) => void) => {
    const pass = encoder.beginComputePass();
    encode(pass);
    pass.end();
  };
  if (steps.length === 0) {
    record((pass) => {
      batch.encodeStart(pass);
    });
    look();
  }
  for (const step of steps) {
    record((pass) => {
      batch.encodeLayers(pass, step.layers);
    });
    // After the last step the states tell whether it is worth while to go on.
    if (step.position !== undefined || step === steps.at(-1)) look(step);
  }
  const layers = steps.reduce((sum, step) => sum + step.layers, 0);
  const expectedSeconds = layers * count * pace.replicaLayerSeconds;
  device.queue.submit([encoder.finish()]);
  const done = clock.submitted();
  await before;
  const patience = PATIENCE * expectedSeconds;
  if (patience > SLEEP_SECONDS) await sleep(Math.min(1, patience) * 1000);
  const copied = await readbacks.read(readback, looks.length * bytes);
  const seconds = done();
  if (layers > 0) pace.measured(count, layers, seconds);

  let isSettled = false;
  for (const [i, step] of looks.entries()) {
    const states = new CopiedStates(activation, copied, i * bytes, count);
    if (step === undefined) watcher.started(states);
    else if (step.position !== undefined) watcher.looked(step.position, states);
    if (i === looks.length - 1) isSettled = watcher.landed(states);
  }
  return isSettled;
}
