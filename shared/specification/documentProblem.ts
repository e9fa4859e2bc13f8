import type { z } from "zod";

import { clipped, refused } from "./violations.ts";

/** The path to a value in a document: keys of objects and places in lists. */
type Path = readonly PropertyKey[];

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

/** Zod's first complaint about a document, in a sentence: the field, its value, what is allowed. */
export function documentProblem(
  document: unknown,
  { issues, message }: z.ZodError,
  { whole, fieldsAt, isPublic = () => true }: DocumentWords,
): string {
  const [issue] = issues;
  if (issue === undefined) return message;
  const { path } = issue;
  if (issue.code === "unrecognized_keys") {
    const field = [...path, clipped(issue.keys[0] ?? "", MAXIMUM_QUOTE_LENGTH)].join(".");
    return `${field}: there is no such field; give one of ${fieldsAt(path).join(", ")}`;
  }
  const value = valueAt(document, path);
  const field = path.length === 0 ? whole : path.join(".");
  const isShown = value === undefined || isPublic(path);
  return `${field}: ${isShown ? refused(value) : "the value there is not allowed"}; ${issue.message}`;
}

/** The value at a path; zod has walked the path, so that each step is an object. */
function valueAt(document: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (parent, key) => (parent as Readonly<Record<PropertyKey, unknown>>)[key],
    document,
  );
}
