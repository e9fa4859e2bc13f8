import { cpus } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";

import type { Command } from "commander";

import { counted, duration } from "../../../shared/text/counts.ts";
import { BACKENDS } from "../../../shared/specification/backends.ts";
import { shortName } from "../../../shared/wire/enumerations.ts";
import { VERSION } from "../../../shared/wire/version.ts";
import type { Run } from "../../../shared/wire/generated/lyapunov/v1/Run.ts";
import type { Scale } from "../../reproduce/claim.ts";
import { CLAIMS } from "../../reproduce/claimList.ts";
import { openCluster } from "../cluster.ts";
import { addClusterFlags, defaultThreads, type ClusterFlags } from "../clusterFlags.ts";
import { makeOutputFolder, writeOutput, writeQuietly } from "../outputFile.ts";
import { printJson } from "../presentation/printJson.ts";
import { outputColumns } from "../presentation/terminal.ts";
import { flag, listOf } from "../readers.ts";
import type { Reproduction, TimedSample } from "../reproduction.ts";
import { endOnSignal } from "../signals.ts";
import { print, say } from "../streams.ts";

interface Flags extends ClusterFlags {
  readonly quick?: boolean;
  readonly only?: readonly string[];
  readonly output: string;
  readonly strict?: boolean;
  readonly json?: boolean;
}

const CLAIM_IDS = CLAIMS.map(({ id }) => id);

/**
 * Shares of the whole that are computed first, to predict how long the whole takes. What each sample
 * takes to begin and to end drops out of the difference.
 */
const [SMALL_SAMPLE, LARGE_SAMPLE] = [0.002, 0.012];

/** `lyapunov reproduce`. */
export function defineReproduce(command: Command): void {
  command
    .option("--quick", "a first look with fewer networks, in three minutes on two processors")
    .addOption(
      flag(
        "--only <claims>",
        `some of the claims, with commas between them: ${CLAIM_IDS.join(", ")} (default: all)`,
        listOf(CLAIM_IDS),
      ),
    )
    .option("--output <folder>", "folder of the report and its pictures", "reproduction")
    .option("--strict", "end with exit code 1 if a claim does not hold")
    .option("--json", "print the report as JSON on standard output");
  addClusterFlags(command).action(async () => {
    await reproduce(command.optsWithGlobals<Flags>());
  });
}

async function reproduce(flags: Flags): Promise<void> {
  const { quick, only = CLAIM_IDS, output, strict, json, quiet = false } = flags;
  // Everything is checked before anything is started.
  const scale: Scale = quick === true ? "quick" : "full";
  await makeOutputFolder("--output", output);
  const requests = CLAIMS.filter(({ id }) => only.includes(id)).map((claim) => ({
    claim,
    runs: claim.runs(scale),
  }));
  const runs = requests.flatMap((request) => request.runs);
  const asked = runs.map(({ backend }) => shortName("backend", String(backend)));
  const cluster = await openCluster(
    flags,
    runs,
    BACKENDS.filter((name) => asked.includes(name)),
  );
  const { Reproduction } = await import("../reproduction.ts");
  const reproduction = new Reproduction(cluster, quiet);
  endOnSignal(() => reproduction.parting());
  let isDone = false;
  try {
    const startTime = new Date().toISOString();
    const predictedSeconds = quick === true ? null : await predict(reproduction, runs, quiet);
    const start = performance.now();
    const computed = await reproduction.compute(requests);
    const seconds = (performance.now() - start) / 1000;
    // Loaded only now: Vega takes longer to load than most commands take to run.
    const { judge, tally } = await import("../../reproduce/judgement.ts");
    const judgements = requests.map(({ claim }, i) => judge(claim, computed[i] ?? []));
    const facts = {
      version: VERSION,
      scale,
      command: commandLine(flags),
      startTime,
      seconds,
      predictedSeconds,
      isResumed: reproduction.isResumed,
      machine: machineText(flags, cluster.callFlags !== undefined),
    };
    const { chartSvg } = await import("../presentation/svg.ts");
    for (const { name, picture } of judgements.flatMap(({ figures }) => figures)) {
      await writeQuietly("--output", join(output, `${name}.svg`), await chartSvg(picture));
    }
    const { reportToJson } = await import("../../reproduce/reportJson.ts");
    const { reportText } = await import("../../reproduce/reportText.ts");
    const { claimTable } = await import("../presentation/claimTable.ts");
    const data = reportToJson(facts, judgements);
    await writeQuietly("--output", join(output, "report.json"), `${JSON.stringify(data)}\n`);
    await writeOutput("--output", join(output, "report.md"), reportText(facts, judgements));
    if (json === true) await printJson(data);
    else await print(`${claimTable(judgements, outputColumns())}\n${tally(judgements)}\n`);
    isDone = true;
    const failed = judgements.filter(({ verdict }) => verdict === "does not hold");
    if (strict === true && failed.length > 0) {
      const ids = failed.map(({ claim }) => claim.id).join(", ");
      throw new Error(`--strict: ${counted(failed.length, "claim")} not confirmed: ${ids}`);
    }
  } finally {
    await cluster.close(isDone);
  }
}

/** Predicts how long all runs take, from a sample of them; null where the cluster had it already. */
async function predict(
  reproduction: Reproduction,
  runs: readonly Run[],
  quiet: boolean,
): Promise<number | null> {
  if (!quiet) say("measuring how fast this goes …\n");
  const { sampleOf } = await import("../../reproduce/sample.ts");
  const small = await reproduction.time("small sample", sampleOf(runs, SMALL_SAMPLE));
  const large = await reproduction.time("large sample", sampleOf(runs, LARGE_SAMPLE));
  if (small === undefined || large === undefined) {
    if (!quiet) say("going on with what was computed before an interruption\n");
    return null;
  }
  const seconds = predicted(small, large);
  if (!quiet) say(`predicted time: ${duration(seconds)} for ${counted(runs.length, "run")}\n`);
  return seconds;
}

/** Seconds for everything, by what two samples took. */
function predicted(small: TimedSample, large: TimedSample): number {
  const seconds = large.seconds - small.seconds;
  const work = large.work - small.work;
  // On a busy machine the larger one may have been the faster one.
  const perWork = seconds > 0 && work > 0 ? seconds / work : large.seconds / large.work;
  return perWork * large.wholeWork;
}

/** The command line that makes the same report. */
function commandLine({ quick, only }: Flags): string {
  return [
    "lyapunov reproduce",
    ...(quick === true ? ["--quick"] : []),
    ...(only === undefined ? [] : [`--only ${only.join(",")}`]),
  ].join(" ");
}

/** What computed, as the report says it. */
function machineText({ threads, workers = 1 }: Flags, isRemote: boolean): string {
  const node = `Node ${process.versions.node}`;
  if (isRemote) return `${node}; a cluster that was running`;
  const perWorker = threads ?? Math.max(1, Math.floor(defaultThreads() / workers));
  const size = `${counted(workers, "worker")} with ${counted(perWorker, "thread")}`;
  return `${node}; ${cpus()[0]?.model.trim() ?? "CPU"}, ${size}`;
}
