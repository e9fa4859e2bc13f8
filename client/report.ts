import { shortName } from "../shared/wire/enumerations.ts";
import type { Estimate__Output } from "../shared/wire/generated/lyapunov/v1/Estimate.ts";
import type { Run__Output } from "../shared/wire/generated/lyapunov/v1/Run.ts";
import type { Sweep__Output } from "../shared/wire/generated/lyapunov/v1/Sweep.ts";
import { EXIT } from "./failure.ts";
import { runToJson, sweepToJson } from "./json.ts";
import { runTable } from "./table.ts";

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`);
}

/** Prints a run; one that did not succeed makes the command fail. */
export function reportRun(run: Run__Output, json: boolean): void {
  if (json) printJson(runToJson(run));
  else process.stdout.write(`${runTable([run])}\n${runSummary(run)}\n`);
  failUnlessSucceeded(run.state, `${run.name}: ${run.error}`);
}

/** Prints a sweep; one that did not succeed makes the command fail. */
export function reportSweep(sweep: Sweep__Output, json: boolean): void {
  if (json) printJson(sweepToJson(sweep));
  else process.stdout.write(`${runTable(sweep.runs)}\n`);
  failUnlessSucceeded(sweep.state, `${sweep.name}: not every run succeeded`);
}

function failUnlessSucceeded(state: string, message: string): void {
  const short = shortName("state", state);
  if (short === "SUCCEEDED") return;
  process.stderr.write(`lyapunov: ${short}: ${message}\n`);
  process.exitCode = EXIT.failed;
}

function runSummary(run: Run__Output): string {
  const [lambda, variance] =
    run.lyapunovExponent?.extinct === true
      ? [run.survivors?.lyapunovExponent, run.survivors?.variance]
      : [run.lyapunovExponent, run.variance];
  return [
    `${run.name}: ${run.replicaCount} replicas in ${run.shardCount} shards, ` +
      `${shortName("sampling", run.sampling)} sampling, backend ${shortName("backend", run.backend)}, seed ${run.seed}`,
    ...(run.lyapunovExponent?.extinct === true
      ? [`λ = −∞: ${run.extinctCount} replicas went extinct; λ and σ² below are of the survivors`]
      : []),
    `λ ${interval(lambda)}`,
    `σ² ${interval(variance)}`,
    `gain ${run.network?.gain}, critical gain ${run.exact?.criticalGain ?? run.exact?.survivors?.criticalGain ?? "unknown"}`,
  ].join("\n");
}

function interval(estimate: Estimate__Output | null | undefined): string {
  if (estimate?.lower === undefined || estimate.upper === undefined) return "unknown";
  return (
    `in [${estimate.lower.toPrecision(7)}, ${estimate.upper.toPrecision(7)}] ` +
    `at level ${estimate.level} (${estimate.method})`
  );
}
