import stringWidth from "string-width";

/**
 * What stays on one line: a value with its error, an interval, a percentage, a number and the word
 * before it; else a word.
 */
const PIECES =
  /\([^()]* ± [^()]*\)\S*|\S+ ± \S+|\[[^[\]]*\]\S*|\d\S* %\S*|[^\s\d([]+ [−\d]\S*(?=\s(?![±%])|$)|\S+/g;

const GRAPHEMES = new Intl.Segmenter("en", { granularity: "grapheme" });

/** Columns that a text takes on a terminal; the hat of λ̂ takes none. */
export function widthOf(text: string): number {
  return stringWidth(text);
}

/** A text with spaces before it, so that it ends at a column. */
export function atRight(text: string, columns: number): string {
  return " ".repeat(Math.max(0, columns - widthOf(text))) + text;
}

/** Breaks a text into lines that are no wider than the columns, and never within a number. */
export function wrapped(text: string, columns: number): string[] {
  return widthOf(text) <= columns ? [text] : joined(text.match(PIECES) ?? [], " ", columns);
}

/** Puts items on as few lines as they fit, with a dot between two of a line. */
export function wrappedItems(items: readonly string[], columns: number): string[] {
  return joined(items, " · ", columns);
}

function joined(items: readonly string[], separator: string, columns: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const item of items) {
    const longer = line === "" ? item : line + separator + item;
    if (widthOf(longer) <= columns) {
      line = longer;
      continue;
    }
    if (line !== "") lines.push(line);
    line = item;
    if (widthOf(item) <= columns) continue;
    const parts = broken(item, columns);
    line = parts.pop() ?? "";
    lines.push(...parts);
  }
  return line === "" ? lines : [...lines, line];
}

/** Breaks an item that is wider than a line: between its pieces, or else wherever it must be. */
function broken(item: string, columns: number): string[] {
  const pieces = item.match(PIECES) ?? [];
  if (pieces.length > 1) return joined(pieces, " ", columns);
  const words = item.split(" ");
  if (words.length > 1) return joined(words, " ", columns);
  const lines = [""];
  for (const { segment } of GRAPHEMES.segment(item)) {
    const last = lines.at(-1) ?? "";
    if (widthOf(last + segment) <= columns) lines[lines.length - 1] = last + segment;
    else lines.push(segment);
  }
  return lines;
}
