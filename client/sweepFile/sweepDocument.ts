import { type CST, Parser } from "yaml";

import { MAXIMUM_SWEEP_RUNS } from "../../shared/specification/commonFields.ts";
import { DocumentError, YamlDocument } from "../../shared/specification/yamlDocument.ts";

/**
 * Longest document: room for 2,000 runs that are written out; reading so much takes a second or
 * two.
 */
export const MAXIMUM_LENGTH = 2 ** 18;
/** Most list entries and fields together; what is kept about each costs far more than its bytes. */
const MAXIMUM_ENTRIES = 2 ** 16;
/**
 * Deepest nesting. A file, its grids, a grid and a list of values make four; the rest is for a
 * clear answer.
 */
const MAXIMUM_NESTING = 16;

/**
 * Parses the YAML of a sweep file, at a cost that its length bounds.
 *
 * @throws DocumentError with all that is wrong with it
 */
export function parseSweepDocument(source: string): YamlDocument {
  if (source.length > MAXIMUM_LENGTH) {
    throw tooLarge(`it is too long; give at most ${MAXIMUM_LENGTH} characters`);
  }
  // Checked before the document is composed: that recurses, and compares each key with each other.
  for (const token of new Parser().parse(source)) checkSize(token);
  return new YamlDocument(source);
}

function tooLarge(sentence: string): DocumentError {
  return new DocumentError([{ sentence }]);
}

/**
 * Checks the size of a document.
 *
 * @throws DocumentError if it is nested too deeply, or has too many entries in all or in one place
 */
function checkSize(document: CST.Token): void {
  const open: { readonly token: CST.Token; readonly depth: number }[] = [
    { token: document, depth: 0 },
  ];
  let entries = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { token, depth } = next;
    if (depth > MAXIMUM_NESTING) {
      throw tooLarge(`it is nested too deeply; give at most ${MAXIMUM_NESTING} levels`);
    }
    if (token.type === "document" && token.value !== undefined) {
      open.push({ token: token.value, depth });
    }
    if (!("items" in token)) continue;
    entries += token.items.length;
    // No list of a sweep is longer than it has runs, and no block has nearly so many fields.
    if (token.items.length > MAXIMUM_SWEEP_RUNS + 1 || entries > MAXIMUM_ENTRIES) {
      throw tooLarge(
        `it has too many entries; give at most ${MAXIMUM_SWEEP_RUNS} in a list ` +
          `and ${MAXIMUM_ENTRIES} in all`,
      );
    }
    for (const { key, value } of token.items) {
      for (const inner of [key, value]) {
        if (inner !== undefined && inner !== null) open.push({ token: inner, depth: depth + 1 });
      }
    }
  }
}
