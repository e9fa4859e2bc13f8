import { significant } from "../../../shared/text/numbers.ts";
import type { SnippetLaw, SnippetRequest } from "./request.ts";

const NAMES = {
  gaussian: "lyapunovNormal",
  orthogonal: "lyapunovOrthogonal",
  uniform: "lyapunovUniform",
} as const satisfies Record<SnippetLaw, string>;

const DRAW: Readonly<Record<SnippetLaw, string>> = {
  gaussian: `return tf.initializers.randomNormal({ mean: 0, stddev: gain / Math.sqrt(fanIn), seed });`,
  orthogonal: `return tf.initializers.orthogonal({ gain, seed });`,
  uniform: `const bound = (Math.sqrt(3) * gain) / Math.sqrt(fanIn);
  return tf.initializers.randomUniform({ minval: -bound, maxval: bound, seed });`,
};

/** An initializer for TensorFlow.js, for the browser and for Node. */
export function tfjs(request: SnippetRequest): string {
  const { command, weights, negativeSlope, fanIn, fanOut } = request;
  const name = NAMES[weights];
  const isUniform = weights === "uniform";
  const relu =
    negativeSlope === 0
      ? "// ReLU networks die out at every gain: this one keeps the norm of the survivors.\n"
      : "";
  return `// Made by: ${command}
${relu}import * as tf from "@tensorflow/tfjs";

const NEGATIVE_SLOPE = ${negativeSlope};

${isUniform ? foundGain(request) : CLOSED_FORM + GAIN[weights]}
/** An initializer for the kernel of a dense layer; give every layer a seed of its own. */
export function ${name}({ fanIn, fanOut, ${isUniform ? "" : "negativeSlope = NEGATIVE_SLOPE, "}seed }) {
  const gain = criticalGain(fanIn, fanOut${isUniform ? "" : ", negativeSlope"});
  ${DRAW[weights]}
}

// Usage:
// const kernelInitializer = ${name}({ fanIn: ${fanIn}, fanOut: ${fanOut}, seed: 1 });
// tf.layers.dense({ inputShape: [${fanIn}], units: ${fanOut}, useBias: false, kernelInitializer });
// tf.layers.leakyReLU({ alpha: NEGATIVE_SLOPE });
`;
}

const CLOSED_FORM = `const known = new Map();

/**
 * E log ‖φ(g)‖² of a standard normal g, φ the Leaky ReLU; of survivors if it is ReLU. It is the
 * integral of exp(−t) − E exp(−t ‖φ(g)‖²) over log t, exact to ten digits.
 */
function meanLogSquare(units, negativeSlope) {
  const key = \`\${units} \${negativeSlope}\`;
  if (known.has(key)) return known.get(key);
  const a2 = negativeSlope ** 2;
  const dead = a2 === 0 ? 0.5 ** units : 0;
  const step = 0.02;
  const steps = Math.floor((70 + (a2 === 0 ? 0 : Math.abs(Math.log(a2)))) / step);
  let total = 0;
  for (let k = -steps; k <= steps; k++) {
    const t = Math.exp(k * step);
    const mean = (0.5 / Math.sqrt(1 + 2 * t) + 0.5 / Math.sqrt(1 + 2 * a2 * t)) ** units;
    total += Math.exp(-t) - (mean - dead) / (1 - dead);
  }
  known.set(key, step * total);
  return step * total;
}

`;

const GAIN: Readonly<Record<"gaussian" | "orthogonal", string>> = {
  gaussian: `/** The gain at which the typical norm neither grows nor shrinks: standard deviation · √fanIn. */
function criticalGain(fanIn, fanOut, negativeSlope) {
  return Math.sqrt(fanIn) * Math.exp(-meanLogSquare(fanOut, negativeSlope) / 2);
}
`,
  orthogonal: `/** The factor of a (semi-)orthogonal matrix at which the typical norm neither grows nor shrinks. */
function criticalGain(fanIn, fanOut, negativeSlope) {
  const length = meanLogSquare(Math.max(fanIn, fanOut), 1);
  return Math.exp((length - meanLogSquare(fanOut, negativeSlope)) / 2);
}
`,
};

function foundGain({ fanIn, criticalGain, standardError }: SnippetRequest): string {
  return `/** The gain at which the typical norm neither grows nor shrinks: by a simulation, ± ${significant(standardError ?? 0, 2)}. */
function criticalGain(fanIn, fanOut) {
  if (fanIn !== ${fanIn} || fanOut !== ${fanIn}) {
    throw new RangeError(
      \`these uniform weights are for layers of ${fanIn} × ${fanIn} units, not \${fanIn} × \${fanOut}; \` +
        "ask 'lyapunov init --width' for another width, or use gaussian weights",
    );
  }
  return ${criticalGain};
}
`;
}
