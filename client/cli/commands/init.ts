import type { Command } from "commander";

import { specificationToMessage } from "../../../shared/kinds/propagation/messages.ts";
import { WEIGHT_LAWS } from "../../../shared/network/weights.ts";
import { PROPAGATION_RUN_BACKENDS } from "../../../shared/kinds/propagation/propagationBackends.ts";
import { alternativesOf } from "../../sdk/initialization/alternatives.ts";
import { assertSnippet, codeOf } from "../../sdk/initialization/code.ts";
import { planOf, type FoundGain } from "../../sdk/initialization/plan.ts";
import {
  parseInitialization,
  type InitializationInput,
  type InitializationRequest,
} from "../../sdk/initialization/request.ts";
import { InputError } from "../../sdk/errors.ts";
import { parseSampling } from "../../sdk/sampling/parseSampling.ts";
import type { Candidate } from "../../sdk/sampling/candidate.ts";
import { RUN_DEFAULTS, type Typed } from "../../sdk/runInput.ts";
import { FRAMEWORKS, type Framework } from "../../sdk/snippets/snippet.ts";
import { openCluster } from "../cluster.ts";
import { assertCandidateFile, loadingCode, writeCandidate } from "../candidateFile.ts";
import { addClusterFlags, type ClusterFlags } from "../clusterFlags.ts";
import { findCriticalGains } from "../foundGains.ts";
import { initJson } from "../presentation/initJson.ts";
import { initText } from "../presentation/initText.ts";
import { printJson } from "../presentation/printJson.ts";
import { outputColumns } from "../presentation/terminal.ts";
import { choice, flag, typed, typedList } from "../readers.ts";
import { sampledJson, sampledText } from "../presentation/sampledReport.ts";
import { endOnSignal } from "../signals.ts";
import { print } from "../streams.ts";
import { candidateReader, chosenCandidate, namedCandidate } from "./initSampling.ts";

type Flags = ClusterFlags & {
  readonly width?: Typed;
  readonly widths?: readonly Typed[];
  readonly depth?: Typed;
  readonly negativeSlope: Typed;
  readonly weights: Typed;
  readonly degreesOfFreedom?: Typed;
  readonly density?: Typed;
  readonly precision?: Typed;
  readonly backend?: Typed;
  readonly framework?: Framework;
  readonly candidates?: Typed;
  readonly probes?: Typed;
  readonly seed?: Typed;
  readonly replica?: Candidate;
  readonly output?: string;
  readonly json?: boolean;
};

/** `lyapunov init`. */
export function defineInit(command: Command): void {
  addClusterFlags(addSamplingFlags(addInitFlags(command)))
    .addOption(
      choice(
        "--framework <name>",
        "print an initializer to paste into your code, and nothing else",
        FRAMEWORKS,
      ).conflicts("json"),
    )
    .option("--json", "print JSON on standard output")
    .action(async () => {
      await init(command.optsWithGlobals<Flags>());
    });
}

function addInitFlags(command: Command): Command {
  return command
    .option("--width <units>", "units of every layer, 1 to 1,000,000", typed)
    .option(
      "--widths <list>",
      "instead of --width and --depth: widths from the input to the output, such as 4,16,16,1",
      typedList,
    )
    .option("--depth <layers>", `layers, 1 to 10,000,000 (default: ${RUN_DEFAULTS.depth})`, typed)
    .option(
      "--negative-slope <number>",
      "slope of the Leaky ReLU for negative inputs; 0 is ReLU",
      typed,
      RUN_DEFAULTS.negativeSlope,
    )
    .option(
      "--weights <law>",
      `law of the weights: ${WEIGHT_LAWS.join(", ")}`,
      RUN_DEFAULTS.weights,
    )
    .option("--degrees-of-freedom <number>", "ν of student_t, above 2", typed)
    .option("--density <probability>", "p of sparse_gaussian, from 2⁻²⁰ to 1", typed)
    .option(
      "--precision <error>",
      "largest error of the gain's logarithm, where a run must find it; at most 0.0001, which is the default",
      typed,
    )
    .addOption(
      choice("--backend <name>", "backend of that run (default: simd)", PROPAGATION_RUN_BACKENDS),
    );
}

/** Flags of sampling initialization, which looks for a network of its own. */
function addSamplingFlags(command: Command): Command {
  return command
    .option(
      "--candidates <count>",
      "draw as many networks and keep the one whose norms are nearest to constant; or auto for √depth",
      typed,
    )
    .option("--probes <count>", "inputs that candidates are shown (default: 16)", typed)
    .option("--seed <integer>", "seed of the candidates (default: 0)", typed)
    .addOption(
      flag(
        "--replica <seed:index>",
        "a candidate that was found before, without a search",
        candidateReader,
      ).conflicts(["candidates", "seed"]),
    )
    .option("--output <file>", "write the candidate's weights, in the format safetensors");
}

async function init(flags: Flags): Promise<void> {
  // Everything is checked before anything is started.
  const request = parseInitialization(inputOf(flags));
  const { framework } = flags;
  if (flags.candidates !== undefined || flags.replica !== undefined) {
    await initBySampling(request, flags);
    return;
  }
  assertNoSamplingFlags(flags);
  if (framework !== undefined) assertSnippet(framework, request);
  const plan = planOf(request, await foundGain(request, flags));
  if (framework !== undefined) {
    await print(codeOf(framework, request, plan));
    return;
  }
  const alternatives = alternativesOf(request, plan);
  if (flags.json === true) await printJson(initJson(request, plan, alternatives));
  else await print(`${initText(request, plan, alternatives, outputColumns())}\n`);
}

/** Initializes by choosing a network, or takes one that was chosen before. */
async function initBySampling(request: InitializationRequest, flags: Flags): Promise<void> {
  const { replica, output, framework } = flags;
  if (framework !== undefined) {
    throw new InputError(
      `--framework: '${framework}' is not allowed beside --candidates or --replica; give --output, ` +
        `and every framework can load the file's weights`,
    );
  }
  const options = { ...flags, ...(replica !== undefined && { seed: replica.seed }) };
  const asked = parseSampling(request, undefined, options);
  if (output !== undefined) await assertCandidateFile(output, asked);
  const plan = planOf(request, await foundGain(request, flags));
  const fields = parseSampling(request, plan, options);
  const candidate =
    replica === undefined ? await chosenCandidate(fields, flags) : namedCandidate(fields, replica);
  if (output !== undefined) await writeCandidate(output, fields, candidate);
  if (flags.json === true) {
    const known = initJson(request, plan, alternativesOf(request, plan));
    await printJson({ ...known, candidate: sampledJson(fields, candidate) });
    return;
  }
  const code = output === undefined ? "" : `\n${loadingCode(output)}\n`;
  await print(`${sampledText(fields, candidate, outputColumns())}\n${code}`);
}

/** Refuses flags that mean nothing without a candidate. */
function assertNoSamplingFlags(flags: Flags): void {
  for (const name of ["probes", "seed", "output"] as const) {
    if (flags[name] === undefined) continue;
    throw new InputError(
      `--${name}: '${flags[name]}' is not allowed here; give it with --candidates or --replica`,
    );
  }
}

function inputOf(flags: Flags): InitializationInput {
  const { width, widths, depth, negativeSlope, weights } = flags;
  const { degreesOfFreedom, density, precision, backend } = flags;
  return {
    ...(width !== undefined && { width }),
    ...(widths !== undefined && { widths }),
    ...(precision !== undefined && { precision }),
    ...(backend !== undefined && { backend }),
    ...(depth !== undefined && { depth }),
    negativeSlope,
    weights,
    degreesOfFreedom,
    density,
  };
}

/** Has a cluster find the critical gain; undefined where there is a closed form. */
async function foundGain(
  { run }: InitializationRequest,
  flags: Flags,
): Promise<FoundGain | undefined> {
  if (run === undefined) return undefined;
  const cluster = await openCluster(flags, specificationToMessage(run), [run.backend]);
  const { Submission } = await import("../submission.ts");
  const submission = new Submission(cluster, "runs");
  let isDone = false;
  endOnSignal(() => submission.parting());
  try {
    const [found = run] = await findCriticalGains(cluster, [run], flags.quiet ?? false, (first) => {
      submission.prepare(first);
    });
    const { gain, gainCalibration } = found.network;
    if (gainCalibration === undefined) throw new Error("the gain was not found by a run");
    const { variance, survivors } = await cluster.api.getRun(gainCalibration.run);
    isDone = true;
    return {
      run: gainCalibration.run,
      criticalGain: gain,
      standardError: gainCalibration.standardError,
      variance: survivors?.variance?.estimate ?? variance?.estimate,
    };
  } finally {
    await cluster.close(isDone);
  }
}
