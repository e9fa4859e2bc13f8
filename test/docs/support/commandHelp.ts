import assert from "node:assert/strict";

import { runCommand } from "../../system/support/command.ts";

/** The long flags of each command, by its name, such as `runs list`; `` is the program itself. */
export async function commandFlags(): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const flags = new Map<string, ReadonlySet<string>>();
  const waiting = [""];
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
    const words = name === "" ? [] : name.split(" ");
    const { code, stdout, stderr } = await runCommand([...words, "--help"]);
    assert.equal(code, 0, stderr);
    const [options = "", rest = ""] = stdout.split("\nCommands:\n");
    const [commands = ""] = rest.split("\n\n");
    const own = options.matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm);
    flags.set(name, new Set([...own].map(([, flag]) => String(flag))));
    for (const [, command] of commands.matchAll(/^ {2}(\w+)/gm)) {
      if (command !== "help") waiting.push([...words, String(command)].join(" "));
    }
  }
  return flags;
}
