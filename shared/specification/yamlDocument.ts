import {
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type YAMLParseError,
} from "yaml";

import { clipped } from "./violations.ts";

/** The path to a value in a document: keys of objects and places in lists. */
export type Path = readonly PropertyKey[];

/** Where something begins in a text; both count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Something that is wrong with a document. */
export interface DocumentProblem {
  /** One sentence that names the field, the value and what is allowed. */
  readonly sentence: string;
  /** Where in the text; undefined if it is wrong as a whole. */
  readonly place?: Place | undefined;
}

/** Tells all that is wrong with a document; its message has the first, and counts the rest. */
export class DocumentError extends Error {
  override readonly name = "DocumentError";
  readonly problems: readonly [DocumentProblem, ...DocumentProblem[]];

  constructor(problems: readonly [DocumentProblem, ...DocumentProblem[]]) {
    const [{ place, sentence }, ...rest] = problems;
    super(`${placeText(place)}${sentence}${rest.length > 0 ? `; and ${rest.length} more` : ""}`);
    this.problems = problems;
  }
}

/** What a YAML text says, and where it says it. */
export class YamlDocument {
  /**
   * Plain values. An integer that a number cannot hold exactly is a bigint, so that none is rounded
   * unsaid.
   */
  readonly value: unknown;
  readonly #document: Document;
  readonly #lines: LineCounter;

  /** @throws DocumentError with every fault of the text */
  constructor(text: string) {
    this.#lines = new LineCounter();
    // Warnings, such as of unknown tags, would go to standard error beside the command's sentence.
    this.#document = parseDocument(text, {
      logLevel: "error",
      prettyErrors: false,
      intAsBigInt: true,
      lineCounter: this.#lines,
    });
    const [first, ...rest] = this.#document.errors;
    if (first !== undefined) {
      const problem = ({ code, message, pos: [start] }: YAMLParseError) => ({
        place: this.#place(start),
        sentence: `not YAML: ${complaint(code, message, text.slice(start))}`,
      });
      // One slip makes much unexpected that follows it.
      const others = rest.filter(({ code }) => code !== "UNEXPECTED_TOKEN");
      throw new DocumentError([problem(first), ...others.map(problem)]);
    }
    visit(this.#document, {
      Scalar(_, node) {
        const number = Number(node.value);
        if (typeof node.value === "bigint" && Number.isSafeInteger(number)) node.value = number;
      },
    });
    try {
      this.value = this.#document.toJS();
    } catch (error) {
      // The aliases stand for exponentially much.
      if (!(error instanceof ReferenceError)) throw error;
      const sentence = "its aliases expand to too much; write out what they stand for";
      throw new DocumentError([{ sentence }]);
    }
  }

  /** The place of a value; where it is missing, of what it is missing from. */
  placeOf(path: Path): Place | undefined {
    for (let length = path.length; length > 0; length -= 1) {
      const node = this.#document.getIn(path.slice(0, length), true);
      if (isNode(node) && node.range) return this.#place(node.range[0]);
    }
    return undefined;
  }

  has(path: Path): boolean {
    return this.#document.hasIn(path);
  }

  /** The place of a list's first item with the value; undefined if there is no such list or item. */
  placeOfItem(path: Path, value: unknown): Place | undefined {
    const list = this.#document.getIn(path, true);
    if (!isSeq(list)) return undefined;
    const index = list.items.findIndex((item) => isScalar(item) && item.value === value);
    return index < 0 ? undefined : this.placeOf([...path, index]);
  }

  /** The place of a field's name. */
  placeOfKey(path: Path, key: string): Place | undefined {
    const parent = path.length === 0 ? this.#document.contents : this.#document.getIn(path, true);
    if (!isMap(parent)) return this.placeOf(path);
    const name = parent.items
      .map((pair) => pair.key)
      .find((each) => isScalar(each) && String(each.value) === key);
    return isScalar(name) && name.range ? this.#place(name.range[0]) : this.placeOf(path);
  }

  #place(offset: number): Place {
    const { line, col } = this.#lines.linePos(offset);
    return { line, column: col };
  }
}

/** The place as it stands before a sentence. */
function placeText(place: Place | undefined): string {
  return place === undefined ? "" : `line ${place.line}, column ${place.column}: `;
}

/**
 * A fault in the words of the parser, except where these name no field, or tell a program what to do
 * and not the person who wrote the file.
 *
 * @param rest the text from the fault on
 */
function complaint(code: string, message: string, rest: string): string {
  if (code === "DUPLICATE_KEY") {
    const [key = ""] = /^[^:\n]*/.exec(rest) ?? [];
    return `'${clipped(key.trim(), 60)}' is there twice; give each field once`;
  }
  if (code === "MULTIPLE_DOCS") {
    return "a second document begins here; take the line '---' away, or make it a file of its own";
  }
  // What stands there may be a secret.
  return clipped(message.replace(/: ".*"$/s, ""), 200);
}
