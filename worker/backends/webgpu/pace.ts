/** Time that the layers of one submission should take: a device whose watchdog ends programs bears it. */
const TARGET_SECONDS = 0.05;

/** Most layers in a submission: kernels record a dispatch for some of them, which takes time too. */
const MOST_LAYERS = 8192;

/** A measured time may fall to this share of the one before at most: one lucky look proves little. */
const FASTEST_FALL = 0.25;

/**
 * How long layers take on a device, with one kernel. It begins with a guess that is slow for most
 * devices, and follows what is measured. Where a batch does not fill the device, the time of a replica
 * is measured too high, which errs on the safe side.
 */
export class Pace {
  #replicaLayerSeconds: number;

  /** @param operationsPerSecond a guess for the device, rather too low */
  constructor(operationsPerLayer: number, operationsPerSecond: number) {
    this.#replicaLayerSeconds = operationsPerLayer / operationsPerSecond;
  }

  /** Time of one layer of one replica of a batch. */
  get replicaLayerSeconds(): number {
    return this.#replicaLayerSeconds;
  }

  /** The layers of a batch to submit at once: a power of two, lest kernels see ever other numbers. */
  layers(replicas: number): number {
    const fitting = TARGET_SECONDS / (replicas * this.#replicaLayerSeconds);
    return 2 ** Math.floor(Math.log2(Math.max(1, Math.min(MOST_LAYERS, fitting))));
  }

  /** Takes note that layers of a batch took so long. */
  measured(replicas: number, layers: number, seconds: number): void {
    const measured = seconds / (replicas * layers);
    this.#replicaLayerSeconds = Math.max(measured, FASTEST_FALL * this.#replicaLayerSeconds);
  }
}

/**
 * Times submissions of one queue, which a device does one after another: each begins when it was
 * submitted or when the one before was done, whichever is later.
 */
export class QueueClock {
  readonly #now: () => number;
  #lastDone = -Infinity;

  /** @param now the time in milliseconds */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Begins to time a submission; the function that it returns is to be called when it is done. */
  submitted(): () => number {
    const at = this.#now();
    return () => {
      const done = this.#now();
      const seconds = (done - Math.max(at, this.#lastDone)) / 1000;
      this.#lastDone = done;
      return seconds;
    };
  }
}
