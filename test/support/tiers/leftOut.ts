import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** Tests that were left out for one reason. */
export interface LeftOut {
  readonly reason: string;
  /** Titles of the tests, each after those of the suites around it. */
  readonly titles: readonly string[];
}

/** Names the file of what is left out to the processes that load tests for another one. */
const VARIABLE = "LYAPUNOV_TEST_LEFT_OUT";

/** A line for each test that was left out. Several processes may append to it at a time. */
const file = (process.env[VARIABLE] ??= join(mkdtempSync(join(tmpdir(), "left-out-")), "tests"));

/** Notes a test that its file has left out. */
export function noteLeftOut(reason: string, title: string): void {
  appendFileSync(file, `${JSON.stringify([reason, title])}\n`);
}

/** Returns what all processes have left out, and forgets it. */
export function takeLeftOut(): LeftOut[] {
  const titles = new Map<string, string[]>();
  for (const line of notes().split("\n")) {
    if (line === "") continue;
    const [reason, title] = JSON.parse(line) as [string, string];
    titles.set(reason, [...(titles.get(reason) ?? []), title]);
  }
  rmSync(dirname(file), { recursive: true, force: true });
  return [...titles].map(([reason, those]) => ({ reason, titles: those }));
}

function notes(): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    // Nothing was left out.
    return "";
  }
}
