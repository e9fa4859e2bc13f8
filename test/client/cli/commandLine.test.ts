import assert from "node:assert/strict";

import { Command, Help } from "commander";

import { COMMANDS } from "../../../client/cli/commandList.ts";

describe("the list of commands", () => {
  for (const { term, define } of COMMANDS) {
    it(`says of '${term}' what it takes`, async () => {
      const command = new Command(term.split(" ")[0]);
      await define(command);
      assert.equal(new Help().subcommandTerm(command), term);
    });
  }
});
