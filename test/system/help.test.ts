import assert from "node:assert/strict";

import { EXAMPLES } from "../../client/cli/examples.ts";
import { widthOf } from "../../client/cli/presentation/wrap.ts";
import { runCommand } from "./support/command.ts";
import { runHere } from "./support/inProcess.ts";

/** Every command with its help, by its name such as `runs list`; `` is the program itself. */
async function helpOfAll(): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const waiting = [""];
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
    const words = name === "" ? [] : name.split(" ");
    const { code, stdout, stderr } = await runHere([...words, "--help"]);
    assert.deepEqual([code, stderr], [0, ""], name);
    found.set(name, stdout);
    const [, commands = ""] = stdout.split("\nCommands:\n");
    for (const [, command = ""] of (commands.split("\n\n")[0] ?? "").matchAll(/^ {2}(\w+)/gm)) {
      if (command !== "help") waiting.push([...words, command].join(" "));
    }
  }
  return found;
}

describe("help", () => {
  let help: ReadonlyMap<string, string>;
  before(async () => {
    help = await helpOfAll();
    assert.ok(help.has("runs extend") && help.has("serve"));
  });

  it("of a command is the same by 'help COMMAND' as by 'COMMAND --help'", async () => {
    for (const [name, text] of help) {
      const { code, stdout } = await runHere(["help", ...name.split(" ").filter(Boolean)]);
      assert.deepEqual([code, stdout], [0, text], name);
    }
  });

  it("has examples that begin with the command and give no flag that it lacks", () => {
    assert.deepEqual(Object.keys(EXAMPLES).toSorted(), [...help.keys()].toSorted());
    for (const [name, examples] of Object.entries(EXAMPLES)) {
      assert.ok(examples.length > 0, name);
      for (const [line] of examples) {
        const start = name === "" ? "lyapunov " : `lyapunov ${name}`;
        assert.ok(line.startsWith(start), line);
        const [, command = ""] = /^lyapunov ((?:runs |sweeps |ledgers )?\w+)/.exec(line) ?? [];
        const own = help.get(command) ?? help.get("") ?? "";
        for (const [flag] of line.matchAll(/--[a-z-]+/g)) {
          assert.match(own, new RegExp(`^ {2}(-\\w, )?${flag}\\b`, "m"), line);
        }
        assert.ok(help.get(name)?.includes(`  $ ${line}`), line);
      }
    }
  });

  it("says the exit codes, and the flags that all commands share", () => {
    for (const [name, text] of help) {
      assert.match(text, /^Exit codes: 0 done, 1 failed, 2 bad usage or bad input, /m, name);
      for (const flag of ["--log-level <level>", "--quiet", "--help"]) {
        assert.ok(text.includes(flag), `${flag} in ${name}`);
      }
    }
  });

  it("has an empty line before every part", () => {
    for (const [name, text] of help) {
      for (const part of ["Options:", "Examples:", "Exit codes:"]) {
        assert.equal(text.split(`\n\n${part}`).length, 2, `${part} in ${name}`);
      }
      assert.doesNotMatch(text, /\n\n\n/, name);
    }
  });

  it("is no wider than a terminal, but for examples, which can be pasted", () => {
    for (const [name, text] of help) {
      const lines = text.split("\n").filter((line) => !line.startsWith("  $ "));
      for (const line of lines) assert.ok(widthOf(line) <= 80, `${name}: ${line}`);
    }
  });

  it("is broken into lines where a terminal has few columns", async () => {
    const { stdout } = await runCommand(["run", "--help"], {
      env: { ...process.env, COLUMNS: "40" },
    });
    const lines = stdout.split("\n").filter((line) => !line.startsWith("  $ "));
    for (const line of lines) assert.ok(widthOf(line) <= 40, line);
  });

  const refused: readonly (readonly [string, RegExp])[] = [
    ["", /^lyapunov: a command is missing; give one after 'lyapunov': exact, run, .*$/m],
    ["runs", /^lyapunov: a command is missing; give one after 'lyapunov runs': list, .*$/m],
    ["nope", /^lyapunov: unknown command 'nope'; see lyapunov --help\n$/],
    ["nope --help", /^lyapunov: unknown command 'nope'; see lyapunov --help\n$/],
    ["help nope", /^lyapunov: unknown command 'nope'; see lyapunov --help\n$/],
    ["runz --help", /^lyapunov: unknown command 'runz' \(Did you mean one of run, runs\?\); see /],
    ["runs lst", /^lyapunov: unknown command 'lst' \(Did you mean list\?\); see lyapunov runs --/],
    ["runs lst --help", /^lyapunov: unknown command 'lst' \(Did you mean list\?\); see /],
    ["help runs lst", /^lyapunov: unknown command 'lst' \(Did you mean list\?\); see /],
    ["help run more", /^lyapunov: unknown command 'more'; see lyapunov run --help\n$/],
  ];
  for (const [line, sentence] of refused) {
    it(`is not the answer to 'lyapunov ${line}', which asks for nothing that there is`, async () => {
      const { code, stdout, stderr } = await runHere(line.split(" ").filter(Boolean));
      assert.deepEqual([code, stdout], [2, ""]);
      assert.match(stderr, sentence);
    });
  }
});
