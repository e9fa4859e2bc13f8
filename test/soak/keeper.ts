import { setTimeout as delay } from "node:timers/promises";

import type { Started } from "../system/support/processes.ts";

const RESTART_MILLISECONDS = 100;

/** Keeps a process running like a supervisor: when the process ends, it is started again. */
export class Keeper {
  readonly name: string;
  readonly #start: () => Started;
  #process: Started;
  #isKept = true;
  readonly #keeping: Promise<void>;

  constructor(name: string, start: () => Started) {
    this.name = name;
    this.#start = start;
    this.#process = start();
    this.#keeping = this.#keep();
  }

  /** Sends a signal to the present process; returns whether there was one. */
  signal(signal: NodeJS.Signals): boolean {
    if (this.#process.hasEnded) return false;
    try {
      this.#process.signal(signal);
      return true;
    } catch {
      // It ended a moment ago.
      return false;
    }
  }

  get current(): Started {
    return this.#process;
  }

  async end(): Promise<void> {
    this.#isKept = false;
    this.signal("SIGKILL");
    await this.#keeping;
  }

  async #keep(): Promise<void> {
    while (this.#isKept) {
      await this.#process.ended;
      await delay(RESTART_MILLISECONDS);
      if (this.#isKept) this.#process = this.#start();
    }
  }
}
