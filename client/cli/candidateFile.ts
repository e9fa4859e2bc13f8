import { createWriteStream } from "node:fs";
import { resolve } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

import type { SamplingFields } from "../../shared/kinds/samplingInitialization/specification.ts";
import { distanceFromZero } from "../../shared/sampling/distanceFromZero.ts";
import { refused } from "../../shared/specification/violations.ts";
import { count } from "../../shared/text/counts.ts";
import { reasonOf } from "../../shared/wire/reason.ts";
import { InputError } from "../sdk/errors.ts";
import { candidateWeights, type Candidate } from "../sdk/sampling/candidate.ts";
import { float32Bytes, safetensorsHeader } from "../sdk/sampling/safetensors.ts";
import { assertWritable } from "./outputFile.ts";
import { remedyFor } from "./outputRemedies.ts";
import { say } from "./streams.ts";

const FLAG = "--output";
/** Most weights of a file: 2 GiB of them. */
const MAXIMUM_WEIGHTS = 2 ** 29;

/** A candidate, with the mean growth over the probe inputs after each layer. */
type MeasuredCandidate = Candidate & { readonly growths: Float64Array };

/** Refuses a file that cannot be written, or would be too large, before the work. */
export async function assertCandidateFile(path: string, fields: SamplingFields): Promise<void> {
  if (!/\.safetensors$/i.test(path)) {
    throw new InputError(
      `${FLAG}: '${path}' does not end in .safetensors; weights are written in that format, so ` +
        `give such a name`,
    );
  }
  const { width, depth } = fields.network;
  if (width * width * depth > MAXIMUM_WEIGHTS) {
    throw new InputError(
      `${FLAG}: ${refused(path)} for ${count(width * width * depth)} weights; a file holds at most ` +
        `${count(MAXIMUM_WEIGHTS)}, so leave it out and reproduce the network by its seed`,
    );
  }
  await assertWritable(FLAG, path);
}

/** Writes the weights of a candidate, layer after layer, and says on standard error where. */
export async function writeCandidate(
  path: string,
  { network, probeCount }: SamplingFields,
  candidate: MeasuredCandidate,
): Promise<void> {
  const { width, depth } = network;
  const header = safetensorsHeader(
    Array.from({ length: depth }, (_, layer) => ({
      name: `layers.${layer}.weight`,
      shape: [width, width],
    })),
    {
      format: "pt",
      weights: network.weights,
      gain: String(network.gain),
      negative_slope: String(network.negativeSlope),
      seed: String(candidate.seed),
      replica: String(candidate.replica),
      probe_count: String(probeCount),
      // Measured here and not by a worker, so that the same candidate always has the same file.
      distance: String(distanceFromZero(candidate.growths)),
    },
  );
  function* bytes(): Iterable<Uint8Array> {
    yield header;
    for (const weights of candidateWeights(network, candidate)) yield float32Bytes(weights);
  }
  try {
    await pipeline(Readable.from(bytes()), createWriteStream(path));
  } catch (error) {
    const remedy = remedyFor(error as NodeJS.ErrnoException);
    throw new Error(
      `${FLAG}: '${path}' cannot be written (${reasonOf(error)}): what is there now is not whole; ${remedy}`,
      { cause: error },
    );
  }
  say(`written: ${resolve(path)}\n`);
}

/** Code that loads the file into a PyTorch model, for people to paste. */
export function loadingCode(path: string): string {
  return [
    "from safetensors.torch import load_file  # pip install safetensors",
    "",
    `weights = load_file(${JSON.stringify(path)})  # "layers.0.weight", …: rows are outputs`,
    "for layer, linear in enumerate(linears):  # your torch.nn.Linear modules, without biases",
    '    linear.weight.data.copy_(weights[f"layers.{layer}.weight"])',
    "",
    "# JAX and Keras: from safetensors.numpy import load_file, and transpose: their rows are inputs.",
  ].join("\n");
}
