import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { FIELD_BOUNDS } from "../../../coordinator/rpc/fieldBounds.ts";
import { checkMessage, UnreadableMessage } from "../../../coordinator/rpc/messageBounds.ts";
import { packageRoot } from "../../../shared/wire/packageRoot.ts";
import { messageOf, refusedAt, typeOf, violating } from "../../support/boundedMessages.ts";
import { requestFields } from "../../support/requestFields.ts";

/** The comments of the contract by the full names of the fields that they stand above. */
function comments(): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const folder = join(packageRoot(), "proto", "lyapunov", "v1");
  for (const file of globSync("*.proto", { cwd: folder })) {
    let message = "";
    let comment: string[] = [];
    for (const line of readFileSync(join(folder, file), "utf8").split("\n")) {
      const text = /^\s*\/\/ ?(.*)$/.exec(line)?.[1];
      if (text !== undefined) {
        comment.push(text);
        continue;
      }
      message = /^message (\w+)/.exec(line)?.[1] ?? message;
      const field = /^\s+(?:optional |repeated )?[\w.<>, ]+? (\w+) = \d+;/.exec(line)?.[1];
      if (field !== undefined) found.set(`lyapunov.v1.${message}.${field}`, comment.join(" "));
      comment = [];
    }
  }
  return found;
}

describe("the bounds of fields", () => {
  it("are there for every text, list and map that a request can hold, and for nothing else", () => {
    const names = requestFields().map(({ name }) => name);
    const bounded = Object.keys(FIELD_BOUNDS).filter(
      (name) => FIELD_BOUNDS[name]?.bytes === undefined,
    );
    assert.deepEqual(bounded.toSorted(), names.toSorted());
    for (const { name, field } of requestFields()) {
      const { characters, entries, keyCharacters } = FIELD_BOUNDS[name] ?? {};
      const isList = field.repeated || field.map;
      assert.equal(entries !== undefined, isList, `${name}: entries`);
      assert.equal(characters !== undefined, field.type === "string", `${name}: characters`);
      assert.equal(keyCharacters !== undefined, field.map, `${name}: characters of keys`);
    }
  });

  it("are in the contract's comments of all fields that a caller fills in, with their unit", () => {
    const said = comments();
    assert.ok(said.size > 150, `${said.size} fields have comments`);
    for (const [name, { characters, entries, bytes }] of Object.entries(FIELD_BOUNDS)) {
      const comment = said.get(name);
      // Names are of a fixed form, and what is output only is never filled in.
      if (
        /\.(Estimate|ConvergencePoint|CheckpointEstimate|TrainingCheckpoint|NetworkSpread)\./.test(
          name,
        )
      )
        continue;
      if (comment === undefined || /^Output only|`(runs|sweeps)\/\{id\}`|[Aa]s in /.test(comment))
        continue;
      for (const [most, unit] of [
        [characters, "characters"],
        [entries, ""],
        [bytes, "bytes"],
      ] as const) {
        if (most === undefined) continue;
        const number = most.toLocaleString("en-US");
        assert.match(comment, new RegExp(`\\b${number}\\b.*${unit}`), name);
      }
    }
  });

  for (const violation of violating()) {
    it(`refuse ${violation.what}, and not what is at the bound`, () => {
      const type = typeOf(violation);
      assert.doesNotThrow(() => checkMessage(type, messageOf(violation, 0)));
      assert.throws(
        () => checkMessage(type, messageOf(violation, 1)),
        (error: Error) => {
          assert.ok(error instanceof UnreadableMessage, String(error));
          assert.equal(error.field, refusedAt(violation));
          assert.match(error.message, /(are|is) not allowed; give at most [\d,]+( \w+)?$/);
          return true;
        },
      );
    });
  }

  it("count characters, of however many bytes", () => {
    const type = typeOf({ method: "/lyapunov.v1.SimulationService/CreateRun" });
    const withName = (displayName: string) =>
      type.encode(type.fromObject({ run: { displayName } })).finish();
    for (const character of ["x", "λ", "深", "😀"]) {
      assert.doesNotThrow(() => checkMessage(type, withName(character.repeat(200))));
      assert.throws(() => checkMessage(type, withName(character.repeat(201))), UnreadableMessage);
      assert.throws(() => checkMessage(type, withName(character.repeat(1e6))), UnreadableMessage);
    }
  });
});
