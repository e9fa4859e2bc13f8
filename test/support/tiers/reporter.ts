import Mocha from "mocha";

import { IS_EVERYTHING, SCALE } from "./scale.ts";
import { takeLeftOut } from "./leftOut.ts";

const SLOWEST_COUNT = 20;

interface Timed {
  readonly title: string;
  readonly milliseconds: number;
}

/**
 * Prints mocha's own report, and after it what the quick tier left out and why. With CI in the
 * environment it lists the slowest tests and hooks, too.
 */
export default class Reporter extends Mocha.reporters.Spec {
  readonly #timed: Timed[] = [];

  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const { EVENT_TEST_END, EVENT_HOOK_END } = Mocha.Runner.constants;
    const note = (runnable: Mocha.Runnable) => {
      this.#timed.push({ title: runnable.fullTitle(), milliseconds: runnable.duration ?? 0 });
    };
    runner.on(EVENT_TEST_END, note);
    runner.on(EVENT_HOOK_END, note);
  }

  override epilogue(): void {
    super.epilogue();
    if (process.env["CI"] !== undefined) print(this.#slowest());
    print(omissions());
  }

  #slowest(): string[] {
    const sorted = this.#timed.toSorted((a, b) => b.milliseconds - a.milliseconds);
    const lines = sorted.slice(0, SLOWEST_COUNT).map(({ title, milliseconds }) => {
      return `${(milliseconds / 1000).toFixed(1).padStart(8)} s  ${title}`;
    });
    return [`  the slowest ${lines.length}:`, ...lines, ""];
  }
}

/** Says what was left out, why, and how to run it; empty if nothing was. */
function omissions(): string[] {
  const left = takeLeftOut();
  const lines = left.map(({ reason, titles }) => `${String(titles.length).padStart(8)} ${reason}`);
  const count = left.reduce((sum, { titles }) => sum + titles.length, 0);
  const all = count > 0 ? [`  ${count} tests were left out, for they`, ...lines] : [];
  if (IS_EVERYTHING) return count > 0 ? [...all, ""] : [];
  return [
    ...all,
    `  simulations and random inputs ran at ${SCALE} of their number`,
    "  npm run test:all leaves nothing out that can be run here",
    "",
  ];
}

function print(lines: readonly string[]): void {
  for (const line of lines) process.stdout.write(`${line}\n`);
}
