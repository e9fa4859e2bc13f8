import assert from "node:assert/strict";

import { commandFlags } from "./support/commandHelp.ts";
import { readDocument, userDocuments } from "./support/documents.ts";

/** Words that look like flags but are not ours: flags of other programs, or a family of flags. */
const NO_FLAGS_OF_OURS: ReadonlySet<string> = new Set([
  "--build-arg",
  "--volume",
  "--from-wheel",
  "--maximum-",
  "--signal",
  "--omit",
  "--gpus-per-task",
  "--gpus",
  "--device",
  "--summary",
]);

/** Flags that a document mentions in inline code, outside of code blocks. */
function mentionedFlags(markdown: string): readonly string[] {
  const text = markdown.replaceAll(/^```.*\n[^]*?^```$/gm, "");
  const code = [...text.matchAll(/`([^`\n]+)`/g)].map(([, words]) => String(words)).join(" ");
  return [...code.matchAll(/--[a-z][\w-]*/g)].map(([flag]) => flag);
}

describe("the flags in the documents", () => {
  let flags: Awaited<ReturnType<typeof commandFlags>>;
  before(async () => {
    flags = await commandFlags();
    assert.ok(flags.get("serve")?.has("--listen") && flags.get("runs plot")?.has("--kind"));
  });

  it("are flags of some command", async () => {
    const known = new Set([...flags.values()].flatMap((own) => [...own]));
    for (const document of await userDocuments()) {
      for (const flag of mentionedFlags(await readDocument(document))) {
        assert.ok(known.has(flag) || NO_FLAGS_OF_OURS.has(flag), `${document}: ${flag}`);
      }
    }
  });

  it("are all of them: docs/command-line.md or a page that it links has each", async () => {
    const pages = ["docs/command-line.md", "docs/security.md"];
    const texts = await Promise.all(pages.map(readDocument));
    const mentioned = new Set(texts.flatMap(mentionedFlags));
    for (const [command, own] of flags) {
      for (const flag of own) {
        assert.ok(mentioned.has(flag), `lyapunov ${command} has ${flag}, which is not documented`);
      }
    }
  });
});
