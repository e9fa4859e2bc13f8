/** A link of a document to a file of the project or to a heading. */
export interface Link {
  /** The path as written; empty for a heading of the document itself. */
  readonly path: string;
  readonly anchor: string | undefined;
}

const TARGET = /\]\((?<path>[^()\s#]*)(?:#(?<anchor>[^()\s]+))?\)/g;
const FENCED = /^```.*\n[^]*?^```$/gm;

/** The links of a document that do not lead to another site. */
export function relativeLinks(markdown: string): readonly Link[] {
  return [...markdown.replaceAll(FENCED, "").matchAll(TARGET)]
    .map(({ groups }) => ({ path: groups?.["path"] ?? "", anchor: groups?.["anchor"] }))
    .filter(({ path }) => !/^\w+:/.test(path));
}

/** The anchors that GitHub gives the headings of a document. */
export function headingAnchors(markdown: string): ReadonlySet<string> {
  const headings = markdown.replaceAll(FENCED, "").matchAll(/^#+ (.+)$/gm);
  return new Set([...headings].map(([, heading]) => anchorOf(String(heading))));
}

function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
    .replaceAll(" ", "-");
}
