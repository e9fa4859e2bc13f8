import type { z } from "zod";

import { suggestion } from "./suggestion.ts";
import { clipped, refused } from "./violations.ts";
import {
  DocumentError,
  type DocumentProblem,
  type Path,
  type YamlDocument,
} from "./yamlDocument.ts";

/** How messages speak of a kind of document. */
export interface DocumentWords {
  /** The document as a whole, for example `the file`. */
  readonly whole: string;
  /** The fields that an object at a path may have. */
  readonly fieldsAt: (path: Path) => readonly string[];
  /** True if a message may show the value at a path, unlike a secret; default: all values. */
  readonly isPublic?: (path: Path) => boolean;
}

/** Longest field name that a message shows in full. */
const MAXIMUM_QUOTE_LENGTH = 60;

/** Says Zod's complaints about a document, each in a sentence: the field, its value, what is allowed. */
export function documentError(
  document: YamlDocument,
  { issues, message }: z.ZodError,
  { whole, fieldsAt, isPublic = () => true }: DocumentWords,
): DocumentError {
  const [first, ...rest] = issues.flatMap((issue): DocumentProblem[] => {
    const { path } = issue;
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => ({
        place: document.placeOfKey(path, key),
        sentence: unknownField(path, key, fieldsAt(path)),
      }));
    }
    const value = valueAt(document.value, path);
    const field = path.length === 0 ? whole : path.join(".");
    const isShown = value === undefined || isPublic(path);
    const problem = isShown ? refused(value) : "the value there is not allowed";
    return [{ place: document.placeOf(path), sentence: `${field}: ${problem}; ${issue.message}` }];
  });
  return new DocumentError([first ?? { sentence: message }, ...rest]);
}

function unknownField(path: Path, key: string, known: readonly string[]): string {
  const field = [...path, clipped(key, MAXIMUM_QUOTE_LENGTH)].join(".");
  const meant = suggestion(key, known);
  const remedy = meant === undefined ? `give one of ${known.join(", ")}` : `did you mean ${meant}?`;
  return `${field}: there is no such field; ${remedy}`;
}

/** The value at a path; zod has walked the path, so that each step is an object. */
function valueAt(document: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (parent, key) => (parent as Readonly<Record<PropertyKey, unknown>>)[key],
    document,
  );
}
