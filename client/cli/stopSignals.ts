/**
 * Signals by which people, terminals and schedulers ask a process to end, or warn it that it will be
 * ended: Slurm sends what `--signal` names and then SIGTERM, Grid Engine SIGUSR1, SIGUSR2 and
 * SIGXCPU, LSF SIGUSR2, and a terminal that is closed SIGHUP.
 */
export const STOP_SIGNALS = [
  "SIGINT",
  "SIGTERM",
  "SIGHUP",
  "SIGUSR1",
  "SIGUSR2",
  "SIGXCPU",
] as const satisfies readonly NodeJS.Signals[];

export type StopSignal = (typeof STOP_SIGNALS)[number];

/** Signals of which a second one comes from somebody who will not wait. */
const REQUESTS: ReadonlySet<StopSignal> = new Set(["SIGINT", "SIGTERM"]);

/**
 * A signal that comes again so soon is the same one: npm passes on to its child the Ctrl-C that the
 * terminal has sent to both.
 */
const ECHO_SECONDS = 0.5;

/** Tells the signal to stop from its echoes, from further warnings, and from impatience. */
export class StopListener {
  /** When each signal was first heard, in seconds. */
  readonly #heard = new Map<StopSignal, number>();

  /**
   * Returns what to do: the first signal of any kind asks to stop, and the same request for a second
   * time to end at once. Schedulers follow their warning up with another signal, and repeat some
   * (SIGXCPU comes every second); that is no impatience.
   *
   * @param now in seconds
   */
  hear(signal: StopSignal, now: number): "stop" | "end" | "go on" {
    const first = this.#heard.get(signal);
    const isFirst = this.#heard.size === 0;
    if (first === undefined) this.#heard.set(signal, now);
    if (isFirst) return "stop";
    const isAgain = first !== undefined && now - first > ECHO_SECONDS;
    return isAgain && REQUESTS.has(signal) ? "end" : "go on";
  }
}
