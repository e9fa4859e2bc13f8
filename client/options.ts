import { availableParallelism } from "node:os";

import { InvalidArgumentError, Option, type Command } from "commander";

import { BACKENDS } from "../shared/network/backends.ts";
import { NAMED_GAINS } from "../shared/network/gains.ts";
import type { RunInput } from "../shared/network/specification.ts";
import type { StoppingRuleInput } from "../shared/network/stoppingRuleInput.ts";
import type { LogLevel } from "./log.ts";
import { SAMPLINGS, WEIGHT_LAWS } from "../shared/network/weights.ts";

export const DEFAULT_ADDRESS = "127.0.0.1:7400";
const MAXIMUM_THREADS = 1024;

/** Values stay as they were typed where they are no numbers; validation names them then. */
export type Typed = number | string;

export interface NetworkFlags {
  readonly width?: Typed;
  readonly depth: Typed;
  readonly negativeSlope: Typed;
  readonly weights: string;
  readonly gain: Typed;
}

export interface StoppingFlags {
  readonly replicas?: Typed;
  readonly precision?: Typed;
  readonly variancePrecision?: Typed;
  readonly minimumReplicas?: Typed;
  readonly maximumReplicas?: Typed;
}

export interface RunFlags extends NetworkFlags, StoppingFlags {
  readonly seed: string;
  readonly sampling?: string;
  readonly backend?: string;
  readonly checkpoints?: readonly Typed[];
  readonly burnIn?: Typed;
  readonly level?: Typed;
  readonly displayName?: string;
}

export interface ClusterFlags {
  readonly coordinator?: string;
  readonly threads?: number;
  readonly workers?: number;
  readonly logLevel?: LogLevel;
  readonly quiet?: boolean;
}

export function addNetworkFlags(command: Command): Command {
  return command
    .option("--width <units>", "units of every layer, 1 to 65,536", typed)
    .option("--depth <layers>", "layers, 1 to 10,000,000", typed, 200)
    .option(
      "--negative-slope <number>",
      "slope of the Leaky ReLU for negative inputs; 0 is ReLU",
      typed,
      0.01,
    )
    .option("--weights <law>", `law of the weights: ${WEIGHT_LAWS.join(", ")}`, "gaussian")
    .option("--gain <gain>", `a number, or ${NAMED_GAINS.join(", ")}`, typed, "he");
}

export function addStoppingFlags(command: Command): Command {
  return command
    .option("--replicas <count>", "random networks to propagate (default: 65536)", typed)
    .option("--precision <error>", "instead: stop at this standard error of λ̂", typed)
    .option("--variance-precision <error>", "stop at this standard error of σ̂²", typed)
    .option("--minimum-replicas <count>", "ask for the precision only from here on", typed)
    .option("--maximum-replicas <count>", "end here, precision reached or not", typed);
}

export function addRunFlags(command: Command): Command {
  return addStoppingFlags(addNetworkFlags(command))
    .option("--seed <integer>", "equal seeds give equal bits", "0")
    .option(
      "--sampling <way>",
      `how layers are drawn: ${SAMPLINGS.join(", ")} (default: the cheapest exact one)`,
    )
    .option("--backend <name>", `what propagates: ${BACKENDS.join(", ")} (default: simd)`)
    .option(
      "--checkpoints <depths>",
      "depths to keep sums at, such as 10,100 (default: powers of two)",
      typedList,
    )
    .option("--burn-in <layers>", "layers whose growth is left out (default: 0)", typed)
    .option("--level <probability>", "coverage of the intervals (default: 0.95)", typed)
    .option("--display-name <text>", "a name for people");
}

export function addClusterFlags(command: Command): Command {
  return command
    .addOption(
      new Option(
        "--coordinator <host:port>",
        "a running cluster (default: one inside this process)",
      )
        .env("LYAPUNOV_COORDINATOR")
        .argParser(addressOption)
        .conflicts(["threads", "workers"]),
    )
    .option(
      "--threads <count>",
      "threads of each worker of the cluster inside this process",
      integerOption,
    )
    .option("--workers <count>", "workers of the cluster inside this process", integerOption);
}

/** Flags as the specification's validation reads them. */
export function runInput(flags: RunFlags): RunInput {
  return {
    network: networkInput(flags),
    seed: flags.seed,
    stoppingRule: stoppingRuleInput(flags) ?? { replicaCount: 65_536 },
    ...(flags.sampling !== undefined && { sampling: flags.sampling }),
    ...(flags.backend !== undefined && { backend: flags.backend }),
    ...(flags.checkpoints !== undefined && { checkpointDepths: flags.checkpoints }),
    ...(flags.burnIn !== undefined && { burnIn: flags.burnIn }),
    ...(flags.level !== undefined && { level: flags.level }),
    ...(flags.displayName !== undefined && { displayName: flags.displayName }),
  };
}

export function networkInput(flags: NetworkFlags): NonNullable<RunInput["network"]> {
  const { width, depth, negativeSlope, weights, gain } = flags;
  return { width, depth, negativeSlope, weights, gain };
}

/** Undefined if no flag says when to stop. */
export function stoppingRuleInput(flags: StoppingFlags): StoppingRuleInput | undefined {
  const { replicas, precision, variancePrecision, minimumReplicas, maximumReplicas } = flags;
  const wantsPrecision = [precision, variancePrecision, minimumReplicas, maximumReplicas].some(
    (flag) => flag !== undefined,
  );
  if (!wantsPrecision && replicas === undefined) return undefined;
  return {
    ...(replicas !== undefined && { replicaCount: replicas }),
    ...(wantsPrecision && {
      precision: {
        ...(precision !== undefined && { lyapunovExponent: precision }),
        ...(variancePrecision !== undefined && { variance: variancePrecision }),
        ...(minimumReplicas !== undefined && { minimumReplicaCount: minimumReplicas }),
        ...(maximumReplicas !== undefined && { maximumReplicaCount: maximumReplicas }),
      },
    }),
  };
}

export function defaultThreads(): number {
  return availableParallelism();
}

/** A number if it reads as one. */
export function typed(text: string): Typed {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text.trim()) ? Number(text) : text;
}

export function typedList(text: string): Typed[] {
  return text.split(",").map(typed);
}

/** HOST:PORT, with the host of an IPv6 address in brackets. */
export function addressOption(text: string): string {
  const port = /^(?:\[[0-9a-f:.]+\]|[^:\s/]+):(\d{1,5})$/i.exec(text)?.[1];
  if (port !== undefined && Number(port) >= 1 && Number(port) <= 65_535) return text;
  throw new InvalidArgumentError(`Give HOST:PORT, such as ${DEFAULT_ADDRESS}.`);
}

export function integerOption(text: string): number {
  const value = typed(text);
  if (
    typeof value === "number" &&
    Number.isInteger(value) &&
    value >= 1 &&
    value <= MAXIMUM_THREADS
  ) {
    return value;
  }
  throw new InvalidArgumentError(`Give an integer from 1 to ${MAXIMUM_THREADS}.`);
}
