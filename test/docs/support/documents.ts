import { readdir, readFile } from "node:fs/promises";

import { ROOT } from "../../system/support/command.ts";

/** A fenced block of a document, with the comment above it. */
export interface CodeBlock {
  /** Where the block is, such as `docs/cluster.md:12`. */
  readonly place: string;
  /** Language of the block, such as `bash`; empty if the fence names none. */
  readonly language: string;
  readonly text: string;
  /** What the block needs: `cluster`, `postgres`, `NAME=value`. */
  readonly needs: readonly string[];
  /** Why a test cannot run the block. */
  readonly notRun: string | undefined;
  /** The name of the file that the block shows. */
  readonly file: string | undefined;
}

/** The documents for users, as paths from the root of the checkout. */
export async function userDocuments(): Promise<readonly string[]> {
  const pages = await readdir(`${ROOT}docs`);
  return [
    "README.md",
    ...pages.filter((page) => page.endsWith(".md")).map((page) => `docs/${page}`),
  ];
}

export async function readDocument(document: string): Promise<string> {
  return readFile(`${ROOT}${document}`, "utf8");
}

const FENCE =
  /^(?:<!-- (?<key>with|not run|file): (?<value>.+) -->\n)?```(?<language>.*)\n(?<text>[^]*?)^```$/gm;

/** The fenced blocks of a document, in their order. */
export function codeBlocks(document: string, markdown: string): readonly CodeBlock[] {
  return [...markdown.matchAll(FENCE)].map((match) => {
    const { key, value = "", language = "", text = "" } = match.groups ?? {};
    const line = markdown.slice(0, match.index).split("\n").length;
    return {
      place: `${document}:${line}`,
      language,
      text,
      needs: key === "with" ? value.split(", ") : [],
      notRun: key === "not run" ? value : undefined,
      file: key === "file" ? value : undefined,
    };
  });
}

/** The commands of a `bash` block: its lines, joined where a backslash continues one. */
export function commandsOf({ text }: CodeBlock): readonly string[] {
  const lines = text.replaceAll("\\\n", " ").split("\n");
  return lines.filter((line) => line.trim() !== "" && !line.startsWith("#"));
}
