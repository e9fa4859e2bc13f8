import { spawnSync } from "node:child_process";
import { performance } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { ratios, summarize } from "./statistics.ts";

const COMMAND = fileURLToPath(new URL("../dist/client/main.js", import.meta.url));

/** The commands that are started. The first, Node with nothing to do, is the yardstick. */
const LINES: Readonly<Record<string, readonly string[]>> = {
  "node -e 0": ["-e", "0"],
  "lyapunov --version": [COMMAND, "--version"],
  "lyapunov --help": [COMMAND, "--help"],
  "lyapunov exact": [COMMAND, "exact", "--width", "16"],
  "lyapunov run --help": [COMMAND, "run", "--help"],
};

const { values } = parseArgs({ options: { rounds: { type: "string", default: "10" } } });
const times = new Map<string, number[]>(Object.keys(LINES).map((name) => [name, []]));
// Round 0 only fills the compile cache.
for (let round = 0; round <= Number(values.rounds); round++) {
  for (const [name, line] of Object.entries(LINES)) {
    const start = performance.now();
    const { status } = spawnSync(process.execPath, line, { stdio: "ignore" });
    if (status !== 0) throw new Error(`${name} ended with ${status}`);
    if (round > 0) times.get(name)?.push((performance.now() - start) / 1000);
  }
}

const [bare = []] = times.values();
for (const [name, seconds] of times) {
  const { median, halfInterquartileRange } = summarize(seconds);
  const ratio = summarize(ratios(seconds, bare)).median;
  process.stdout.write(
    `${name.padEnd(20)} ${median.toFixed(3)} ± ${halfInterquartileRange.toFixed(3)} s, ` +
      `${ratio.toFixed(1)} × node -e 0\n`,
  );
}
