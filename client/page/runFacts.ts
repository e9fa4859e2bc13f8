import { count, counted, remainingText, rough } from "../../shared/text/counts.ts";
import { alignedWithError, exactBeside, given, significant } from "../../shared/text/numbers.ts";
import type { RunJson } from "../../shared/wire/json.ts";
import type { SweepHeading } from "../../shared/wire/pageJson.ts";
import { html } from "./dom.ts";

/** An estimate, as the JSON has it. */
type EstimateJson = NonNullable<RunJson["lyapunovExponent"]>;

/** λ̂ of a run, or of its survivors where λ = −∞; undefined while there is none. */
export function bestEstimate(run: RunJson): EstimateJson | undefined {
  return run.survivors?.lyapunovExponent ?? run.lyapunovExponent ?? undefined;
}

/** λ̂ for a table: where λ = −∞, that first, and the survivors' estimate named as theirs. */
export function exponentText(run: RunJson): HTMLElement | string {
  const estimate = bestEstimate(run);
  if (estimate === undefined) return "";
  if (run.lyapunovExponent?.extinct !== true || run.survivors === null) {
    return estimateText(estimate);
  }
  if (estimate.estimate === null) return "−∞";
  return html("span", {}, "−∞ (survivors ", estimateText(estimate), ")");
}

/** The exact λ for a table, beside `exponentText`: where it is −∞, that first, then the survivors'. */
export function exactExponentText(run: RunJson): string {
  const exact = exactLambda(run);
  const text = exactBeside(exact, bestEstimate(run)?.standardError);
  return run.survivors === null || exact === null ? text : `−∞ (${text})`;
}

/** The exact λ of whatever `bestEstimate` estimates. */
export function exactLambda({ exact, survivors }: RunJson): number | null {
  if (exact === null) return null;
  return survivors === null ? exact.lyapunovExponent : (exact.survivors?.lyapunovExponent ?? null);
}

/** The exact σ² of whatever `bestEstimate` estimates. */
export function exactVariance({ exact, survivors }: RunJson): number | null {
  if (exact === null) return null;
  return survivors === null ? exact.variance : (exact.survivors?.variance ?? null);
}

/** The exact critical gain, of survivors where λ = −∞. */
export function exactCriticalGain({ exact, survivors }: RunJson): number | null {
  if (exact === null) return null;
  return survivors === null ? exact.criticalGain : (exact.survivors?.criticalGain ?? null);
}

export function gainLabel({ network }: RunJson): string {
  if (network === null) return "";
  return network.namedGain ?? given(network.gain);
}

/** The weight law, with its parameter where it has one. */
export function lawText(network: NonNullable<RunJson["network"]>): string {
  const { weights = "", degreesOfFreedom, density } = network;
  if (degreesOfFreedom !== undefined) return `${weights}(ν=${degreesOfFreedom})`;
  return density === undefined ? weights : `${weights}(p=${density})`;
}

/** True if the run estimates λ and σ², which are what charts show. */
export function isPropagation({ kind = "propagation", network }: RunJson): boolean {
  return kind === "propagation" && network !== null;
}

/** Describes the network in a line; for a run of another kind, what it was asked for. */
export function networkText(run: RunJson): string {
  const { network } = run;
  if (network === null) return parametersText(run);
  const gain =
    network.namedGain === undefined
      ? given(network.gain)
      : `${significant(network.gain, 4)} (${network.namedGain})`;
  return (
    `width ${count(network.width)} · depth ${count(network.depth)} · ${lawText(network)} · ` +
    `gain ${gain} · slope ${given(network.negativeSlope)}` +
    (run.burnIn === 0 ? "" : ` · burn-in ${counted(run.burnIn, "layer")}`) +
    calibrationText(network) +
    trainingText(run)
  );
}

/** Says what a training learns, and how. */
function trainingText({ training }: RunJson): string {
  if (training === undefined) return "";
  const { task, optimizer, learningRate, weightDecay, stepCount, candidateCount } = training;
  const decay = weightDecay === 0 ? "" : `, decay ${given(weightDecay)}`;
  const candidates = candidateCount > 1 ? ` · the best of ${count(candidateCount)} candidates` : "";
  return (
    `${candidates} · ${task} by ${optimizer} at ${given(learningRate)}${decay}, ` +
    counted(stepCount, "step")
  );
}

/** Says where a critical gain comes from that has no closed form. */
function calibrationText({ gainCalibration }: NonNullable<RunJson["network"]>): string {
  if (gainCalibration === undefined) return "";
  const { run, standardError } = gainCalibration;
  return ` · gain found by ${run}, ± ${significant(standardError, 2)}`;
}

/** Formats what a run of a kind was asked for that has no fields of its own in the contract. */
function parametersText({ kind, parameters = {} }: RunJson): string {
  const named = Object.entries(parameters).map(
    ([name, value]) => `${name} ${parameterText(value)}`,
  );
  return [`kind ${kind}`, ...named].join(" · ");
}

function parameterText(value: unknown): string {
  if (typeof value === "string") return value;
  return typeof value === "number" ? given(value) : JSON.stringify(value);
}

/** What a run or a sweep is called. */
export function titleOf({ displayName, name }: { displayName: string; name: string }): string {
  return displayName === "" ? name : displayName;
}

/** The name by which commands know a run or a sweep, where its title is another. */
export function nameBeside({ displayName, name }: { displayName: string; name: string }): string {
  return displayName === "" ? "" : name;
}

const STATE_KINDS: Readonly<Record<string, string>> = {
  SUCCEEDED: "good",
  CONNECTED: "good",
  RUNNING: "going",
  FAILED: "bad",
  QUARANTINED: "bad",
  AWAY: "bad",
};

/** A badge that shows a state by its colour and its word. */
export function stateBadge(state: string | undefined): HTMLElement {
  const name = state ?? "unknown";
  return html("span", { class: `state ${STATE_KINDS[name] ?? ""}` }, name.toLowerCase());
}

/** An estimate with its error: people read the text, programs the full value. */
export function estimateText({ estimate, standardError, extinct }: EstimateJson): HTMLElement {
  if (extinct) return html("span", {}, "−∞");
  if (estimate === null) return html("span", {}, "not yet");
  if (standardError === null) return html("span", {}, significant(estimate));
  const [value, error] = alignedWithError(estimate, standardError);
  return html(
    "span",
    {},
    html("data", { value: estimate }, value),
    " ",
    html("span", { class: "error" }, `± ${error}`),
  );
}

interface ProgressJson {
  readonly completedShardCount: number;
  readonly plannedShardCount: number;
  readonly completedReplicaCount: string;
  readonly replicasPerSecond: number;
  readonly remainingSeconds: number | null;
  readonly targetOutOfReach?: boolean;
}

/** A bar that shows how far a run or a sweep is. */
export function progressBar(name: string, progress: ProgressJson): HTMLElement {
  const { completedShardCount: value, plannedShardCount: planned } = progress;
  return html("progress", { value, max: Math.max(1, planned), "aria-label": `${name}: progress` });
}

/** Progress in words: shards, replicas, speed and time left. */
function progressText(progress: ProgressJson): string {
  const replicas = `${count(progress.completedReplicaCount)} replicas`;
  return [shardsText(progress), replicas, ...paceTexts(progress)].join(" · ");
}

/** A sweep's progress in words, and how many of its runs have missed their targets. */
export function sweepProgressText({
  endedRunCount,
  runCount,
  missedTargetCount,
  progress,
}: SweepHeading): string {
  const missed =
    missedTargetCount === 0 ? "" : ` · ${counted(missedTargetCount, "run")} missed the target`;
  return `${count(endedRunCount)} of ${count(runCount)} runs · ${progressText(progress)}${missed}`;
}

/** Progress in words, without the replicas: for places that show these separately. */
export function shardProgressText(progress: ProgressJson): string {
  return [shardsText(progress), ...paceTexts(progress)].join(" · ");
}

function shardsText({ completedShardCount, plannedShardCount }: ProgressJson): string {
  return `${count(completedShardCount)} of ${counted(plannedShardCount, "shard")}`;
}

function paceTexts(progress: ProgressJson): string[] {
  const { replicasPerSecond, remainingSeconds, targetOutOfReach = false } = progress;
  if (!(replicasPerSecond > 0)) return [];
  const rate = `${rough(replicasPerSecond)} replicas/s`;
  if (remainingSeconds === null) return [rate];
  return [rate, remainingText(remainingSeconds, targetOutOfReach)];
}
