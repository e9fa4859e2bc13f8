import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";

import { widthOf } from "../../client/cli/presentation/wrap.ts";
import { needing } from "../support/tiers/tiers.ts";
import { COMMAND, ROOT } from "./support/command.ts";
import { Started } from "./support/processes.ts";

const RUN = "run --width 3 --depth 50 --replicas 4000 --ledger memory";
const ESTIMATE = /λ̂? [ │]*(−\d\.\d+ ± \d\.\d+)|λ\n {2}(−\d\.\d+ ± \d\.\d+)/g;

/** Runs the command on a terminal of a real width, and returns what the terminal was sent. */
async function onTerminal(columns: number, args: string): Promise<string[]> {
  // The progress bar goes back to the first column instead of beginning a line.
  const lines = (await sentTo(columns, args, "xterm")).replaceAll("\u001B[1G", "\n").split(/\r?\n/);
  return lines.map((text) => stripVTControlCharacters(text));
}

/** What a terminal of a kind is sent, codes included. */
async function sentTo(columns: number, args: string, kind: string): Promise<string> {
  const line = `stty cols ${columns} rows 50; TERM=${kind} ${process.execPath} ${COMMAND} ${args}`;
  await using started = new Started("script", ["-qec", line, "/dev/null"], { cwd: ROOT });
  const { code, stdout } = await started.ended;
  assert.equal(code, 0, stdout);
  return stdout;
}

describe("a terminal", () => {
  for (const columns of [40, 80, 200]) {
    needing("bsdutils").it(
      `of ${columns} columns gets no longer line, and whole numbers`,
      async () => {
        const lines = await onTerminal(columns, RUN);
        for (const line of lines) assert.ok(widthOf(line) <= columns, line);
        const estimates = [...lines.join("\n").matchAll(ESTIMATE)].map(([, a, b]) => a ?? b);
        // The last line of the progress and the table tell the same.
        assert.ok(estimates.length >= 2, lines.join("\n"));
        assert.equal(new Set(estimates.slice(-2)).size, 1);
      },
    );
  }

  needing("bsdutils").it("that cannot redraw a line gets no codes", async () => {
    const text = await sentTo(80, RUN, "dumb");
    assert.match(text, /run .* 100% · /);
    assert.ok(!text.includes("\u001B"), text);
  });
});
