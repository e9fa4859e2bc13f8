import { ValidationError, refused } from "../../../shared/specification/violations.ts";
import { snippet, SNIPPET_LAWS, type Framework } from "../snippets/snippet.ts";
import type { SnippetLaw } from "../snippets/request.ts";
import type { InitializationPlan } from "./plan.ts";
import type { InitializationRequest } from "./request.ts";

/**
 * Refuses a framework for weights that no snippet draws.
 *
 * @throws ValidationError
 */
export function assertSnippet(framework: Framework, { law }: InitializationRequest): void {
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
function commandOf({ layers, isSquare, depth, law, negativeSlope }: InitializationRequest): string {
  const [first] = layers;
  const size = isSquare
    ? `--width ${first?.fanIn} --depth ${depth}`
    : `--widths ${[first?.fanIn, ...layers.map(({ fanOut }) => fanOut)].join(",")}`;
  return `lyapunov init ${size} --negative-slope ${negativeSlope} --weights ${law.weights}`;
}
