import type { DocumentProblem } from "../../shared/specification/yamlDocument.ts";

/** Problems that are told of one file; the rest are counted. */
const MAXIMUM_PROBLEMS = 20;

/** Writes a line for each problem as compilers do, so that editors find the place. */
export function problemLines(path: string, problems: readonly DocumentProblem[]): string {
  const inOrder = problems.toSorted(
    ({ place: a }, { place: b }) =>
      (a?.line ?? 0) - (b?.line ?? 0) || (a?.column ?? 0) - (b?.column ?? 0),
  );
  const lines = inOrder.map(({ place, sentence }) =>
    place === undefined
      ? `${path}: ${sentence}`
      : `${path}:${place.line}:${place.column}: ${sentence}`,
  );
  const left = lines.length - MAXIMUM_PROBLEMS;
  if (left > 0) lines.splice(MAXIMUM_PROBLEMS, left, `${path}: and ${left} more`);
  return lines.join("\n");
}
