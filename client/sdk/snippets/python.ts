import { significant } from "../../../shared/text/numbers.ts";
import type { SnippetRequest } from "./request.ts";

/**
 * The head of a Python snippet: where it comes from, its imports, and `critical_gain(fan_in, fan_out,
 * negative_slope)`.
 */
export function pythonHead(request: SnippetRequest, imports: readonly string[]): string {
  return `# Made by: ${request.command}
${reluNote(request)}${request.weights === "uniform" ? "" : "import functools\n"}import math

${imports.join("\n")}

NEGATIVE_SLOPE = ${pythonNumber(request.negativeSlope)}


${request.weights === "uniform" ? foundGain(request) : CLOSED_FORM + gainOf(request.weights)}`;
}

/** A number as Python reads it, always as a float. */
function pythonNumber(value: number): string {
  const text = String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

function reluNote({ negativeSlope }: SnippetRequest): string {
  return negativeSlope === 0
    ? "# ReLU networks die out at every gain: this one keeps the norm of the survivors.\n"
    : "";
}

const CLOSED_FORM = `@functools.lru_cache(maxsize=None)
def mean_log_square(units, negative_slope):
    """E log ||phi(g)||^2 of a standard normal g, phi the Leaky ReLU; of survivors if it is ReLU.

    It is the integral of exp(-t) - E exp(-t ||phi(g)||^2) over log t, exact to ten digits.
    """
    a2 = float(negative_slope) ** 2
    dead = 0.5**units if a2 == 0 else 0.0
    step = 0.02
    steps = int((70 + (0 if a2 == 0 else abs(math.log(a2)))) / step)
    total = 0.0
    for k in range(-steps, steps + 1):
        t = math.exp(k * step)
        mean = (0.5 / math.sqrt(1 + 2 * t) + 0.5 / math.sqrt(1 + 2 * a2 * t)) ** units
        total += math.exp(-t) - (mean - dead) / (1 - dead)
    return step * total


`;

function gainOf(weights: "gaussian" | "orthogonal"): string {
  return weights === "gaussian"
    ? `def critical_gain(fan_in, fan_out, negative_slope=NEGATIVE_SLOPE):
    """The gain at which the typical norm neither grows nor shrinks: standard deviation times sqrt(fan_in)."""
    return math.sqrt(fan_in) * math.exp(-mean_log_square(fan_out, negative_slope) / 2)
`
    : `def critical_gain(fan_in, fan_out, negative_slope=NEGATIVE_SLOPE):
    """The factor of a (semi-)orthogonal matrix at which the typical norm neither grows nor shrinks."""
    length = mean_log_square(max(fan_in, fan_out), 1.0)
    return math.exp((length - mean_log_square(fan_out, negative_slope)) / 2)
`;
}

function foundGain({ fanIn, criticalGain, standardError }: SnippetRequest): string {
  return `def critical_gain(fan_in, fan_out):
    """The gain at which the typical norm neither grows nor shrinks: found by a simulation, +- ${significant(standardError ?? 0, 2)}."""
    if (fan_in, fan_out) != (${fanIn}, ${fanIn}):
        raise ValueError(
            f"these uniform weights are for layers of ${fanIn} x ${fanIn} units, not {fan_in} x {fan_out}; "
            "ask 'lyapunov init --width' for another width, or use gaussian weights"
        )
    return ${pythonNumber(criticalGain)}
`;
}
