import { ValidationError } from "../../shared/specification/violations.ts";
import type {
  DocumentProblem,
  Path,
  YamlDocument,
} from "../../shared/specification/yamlDocument.ts";
import { parseRequest } from "../sdk/criticalGain.ts";
import { RUN_DEFAULTS, runInput, type Typed } from "../sdk/runInput.ts";
import { fieldName } from "./fieldName.ts";

/** Fields whose values can be refused whatever the other fields are. */
const INDEPENDENT_FIELDS = [
  "width",
  "depth",
  "negativeSlope",
  "weights",
  "gain",
  "sampling",
  "backend",
  "seed",
  "replicas",
  "precision",
  "variancePrecision",
  "level",
] as const;

/**
 * The values of a sweep file that no run could have. They can be found in a file whose fields are
 * not all understood, where runs cannot be made yet.
 */
export function refusedValues(document: YamlDocument): DocumentProblem[] {
  const { defaults, grids } = asObject(document.value);
  const blocks: [Path, unknown][] = [[["defaults"], defaults]];
  if (Array.isArray(grids)) {
    for (const [place, grid] of grids.entries()) blocks.push([["grids", place], grid]);
  }
  return blocks.flatMap(([path, block]) => refusedIn(document, path, asObject(block)));
}

function refusedIn(
  document: YamlDocument,
  path: Path,
  block: Readonly<Record<string, unknown>>,
): DocumentProblem[] {
  return INDEPENDENT_FIELDS.flatMap((field) => {
    const given: unknown = block[field];
    const values = new Set<unknown>(Array.isArray(given) ? given : [given]);
    return [...values].filter(isTyped).flatMap((value): DocumentProblem[] => {
      const description = refusalOf(field, value);
      if (description === undefined) return [];
      const at = [...path, field];
      const place = document.placeOfItem(at, value) ?? document.placeOf(at);
      return [{ place, sentence: `${at.join(".")}: ${description}` }];
    });
  });
}

/** What is wrong with a value in a run in which all else is right. */
function refusalOf(field: (typeof INDEPENDENT_FIELDS)[number], value: Typed): string | undefined {
  const { replicas: _replicas, ...fallbacks } = RUN_DEFAULTS;
  try {
    parseRequest(runInput({ ...fallbacks, width: 2, [field]: value }));
    return undefined;
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error;
    return error.violations.find((violation) => fieldName(violation.field) === field)?.description;
  }
}

function isTyped(value: unknown): value is Typed {
  return ["number", "bigint", "string"].includes(typeof value);
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
