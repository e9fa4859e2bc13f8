import { computationLines, NO_EQUAL_BITS } from "../../../shared/text/computations.ts";
import { shortName } from "../../../shared/wire/enumerations.ts";
import type { Run__Output } from "../../../shared/wire/generated/lyapunov/v1/Run.ts";
import type { Fact } from "./fittedTable.ts";

/** Who computed how much of a run, and, where that may be anybody, what it means for its bits. */
export function computationFacts({ backend, computations }: Run__Output): Fact[] {
  const lines = computationLines(computations);
  const facts = lines.map((line, i): Fact => [i === 0 ? "computed by" : "", line]);
  return shortName("backend", backend) === "any" ? [...facts, ["bits", NO_EQUAL_BITS]] : facts;
}
