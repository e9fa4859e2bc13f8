import type { Logger } from "pino";

import type { ApiError } from "../../shared/wire/errorDetails.ts";

const INTERVAL_MILLISECONDS = 1000;

/** Logs refusals, at most one a second: knocking must not fill a disk. */
export class RefusalLog {
  readonly #log: Logger;
  readonly #now: () => number;
  #quietUntil = -Infinity;
  #unsaid = 0;

  /** @param now milliseconds of a clock that does not jump. */
  constructor(log: Logger, now: () => number = () => performance.now()) {
    this.#log = log;
    this.#now = now;
  }

  note(address: string, method: string, { reason, message }: ApiError): void {
    const now = this.#now();
    if (now < this.#quietUntil) {
      this.#unsaid += 1;
      return;
    }
    const others = this.#unsaid > 0 ? { unsaid: this.#unsaid } : {};
    this.#log.warn({ address, method, reason, ...others }, `call refused: ${message}`);
    this.#unsaid = 0;
    this.#quietUntil = now + INTERVAL_MILLISECONDS;
  }
}
