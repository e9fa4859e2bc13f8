import { ValidationError, refused } from "../../../shared/specification/violations.ts";
import { snippet, SNIPPET_LAWS, type Framework } from "../snippets/snippet.ts";
import type { SnippetLaw } from "../snippets/request.ts";
import type { InitializationPlan } from "./plan.ts";
import { COARSEST_PRECISION, type InitializationRequest } from "./request.ts";

/** The backend of a run that names none. */
const USUAL_BACKEND = "simd";

/** Slopes whose squares snippets can compute in float64: their size is 0, or within these. */
const [SMALLEST_SLOPE, LARGEST_SLOPE] = [1e-100, 1e100];

/**
 * Refuses a framework for weights that no snippet draws, and for slopes that it cannot compute with.
 *
 * @throws ValidationError
 */
export function assertSnippet(
  framework: Framework,
  { law, negativeSlope }: InitializationRequest,
): void {
  const size = Math.abs(negativeSlope);
  if (size !== 0 && (size < SMALLEST_SLOPE || size > LARGEST_SLOPE)) {
    const description =
      `${refused(negativeSlope)} with --framework, whose code squares it; give 0, or a number whose ` +
      `size is from 10^−100 to 10^100`;
    throw new ValidationError([{ field: "network.negative_slope", description }]);
  }
  if (snippetLaw(law.weights) !== undefined) return;
  const laws = `${SNIPPET_LAWS.slice(0, -1).join(", ")} and ${SNIPPET_LAWS.at(-1)}`;
  const description =
    `${refused(framework)} with ${law.weights} weights, as code is written for ${laws} weights ` +
    `only; leave it out, and the standard deviation of an entry is printed`;
  throw new ValidationError([{ field: "framework", description }]);
}

/** Writes the initializer of a plan as source code for a framework. */
export function codeOf(
  framework: Framework,
  request: InitializationRequest,
  plan: InitializationPlan,
): string {
  const [first] = plan.layers;
  const weights = snippetLaw(request.law.weights);
  if (first === undefined || weights === undefined) throw new RangeError("nothing to write");
  const { fanIn, fanOut, criticalGain, standardError } = first;
  return snippet(framework, {
    command: `${commandOf(request)} --framework ${framework}`,
    weights,
    negativeSlope: request.negativeSlope,
    fanIn,
    fanOut,
    criticalGain,
    standardError,
  });
}

function snippetLaw(weights: string): SnippetLaw | undefined {
  return SNIPPET_LAWS.find((law) => law === weights);
}

/** The command line that asks for the same again. */
function commandOf({
  layers,
  isSquare,
  depth,
  law,
  negativeSlope,
  run,
}: InitializationRequest): string {
  const [first] = layers;
  const size = isSquare
    ? `--width ${first?.fanIn} --depth ${depth}`
    : `--widths ${[first?.fanIn, ...layers.map(({ fanOut }) => fanOut)].join(",")}`;
  const asked = `lyapunov init ${size} --negative-slope ${negativeSlope} --weights ${law.weights}`;
  if (run?.stoppingRule.kind !== "precision") return asked;
  // What the run was asked beyond what it is asked anyhow.
  const precision = run.stoppingRule.precision.lyapunovExponent ?? COARSEST_PRECISION;
  return (
    asked +
    (precision === COARSEST_PRECISION ? "" : ` --precision ${precision}`) +
    (run.backend === USUAL_BACKEND ? "" : ` --backend ${run.backend}`)
  );
}
