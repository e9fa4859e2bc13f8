import { availableParallelism } from "node:os";

import { InvalidArgumentError, Option, type Command } from "commander";

import { BACKENDS } from "../../shared/specification/backends.ts";
import { NAMED_GAINS } from "../../shared/network/gains.ts";
import { ISOTROPIC_LAWS, SAMPLINGS, WEIGHT_LAWS } from "../../shared/network/weights.ts";
import { addConnectionFlags, type ConnectionFlags } from "./connection.ts";
import { badInput } from "./failure.ts";
import { MEMORY } from "../../shared/wire/ledgerPlaces.ts";
import type { LogLevel } from "./log.ts";
import { RUN_DEFAULTS, type Typed } from "../sdk/runInput.ts";

export const DEFAULT_ADDRESS = "127.0.0.1:7400";
const ADDRESSES = `give HOST:PORT, such as ${DEFAULT_ADDRESS}; or several, with commas`;
export const MAXIMUM_THREADS = 1024;

export interface ClusterFlags extends ConnectionFlags {
  readonly coordinator?: string;
  readonly threads?: number;
  readonly workers?: number;
  readonly ledger?: string;
  readonly logLevel?: LogLevel;
  readonly quiet?: boolean;
}

export function addNetworkFlags(command: Command): Command {
  return command
    .option(
      "--width <units>",
      "units of every layer, 1 to 1,000,000, or to 65,536 where whole matrices are drawn",
      typed,
    )
    .option("--depth <layers>", "layers, 1 to 10,000,000", typed, RUN_DEFAULTS.depth)
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
    .option("--gain <gain>", `a number, or ${NAMED_GAINS.join(", ")}`, typed, RUN_DEFAULTS.gain);
}

export function addStoppingFlags(command: Command): Command {
  return command
    .option(
      "--replicas <count>",
      `random networks to propagate (default: ${RUN_DEFAULTS.replicas})`,
      typed,
    )
    .option("--precision <error>", "instead: stop at this standard error of λ̂", typed)
    .option("--variance-precision <error>", "stop at this standard error of σ̂²", typed)
    .option("--minimum-replicas <count>", "ask for the precision only from here on", typed)
    .option("--maximum-replicas <count>", "end here, precision reached or not", typed);
}

export function addRunFlags(command: Command): Command {
  return addStoppingFlags(addNetworkFlags(command))
    .option("--seed <integer>", "equal seeds give equal bits", String(RUN_DEFAULTS.seed))
    .option(
      "--sampling <way>",
      `how layers are drawn: ${SAMPLINGS.join(", ")} (default: isotropic for ` +
        `${ISOTROPIC_LAWS.join(" and ")} weights, at the same cost for every width; else dense)`,
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
  const named = command.addOption(
    new Option(
      "--coordinator <host:port>",
      "a running cluster; of several coordinators, with commas, the one that leads " +
        "(default: $LYAPUNOV_COORDINATOR, or a cluster inside this process)",
    )
      .argParser(addressOption)
      .conflicts(["threads", "workers", "ledger"]),
  );
  return addConnectionFlags(named)
    .option(
      "--threads <count>",
      "threads of each worker of the cluster inside this process",
      integerUpTo(MAXIMUM_THREADS),
    )
    .option(
      "--workers <count>",
      "workers of the cluster inside this process",
      integerUpTo(MAXIMUM_THREADS),
    )
    .option(
      "--ledger <file>",
      `keep what the cluster inside this process computes in this file, for this command and others ` +
        `to go on from; or ${MEMORY} (default: a file that is removed once the answer is out)`,
      fileOption,
    );
}

/** A file's path: an address of a database is none. */
function fileOption(text: string): string {
  if (!text.includes("://")) return placeOption(text);
  throw new InvalidArgumentError(`Give a file, or ${MEMORY}; serve takes a database.`);
}

/** Where a ledger is. */
export function placeOption(text: string): string {
  if (text !== "") return text;
  throw new InvalidArgumentError(`Give a file, or ${MEMORY}.`);
}

/** The cluster that flags, or else the environment, ask for; undefined for one in this process. */
export function remoteCoordinator(flags: ClusterFlags): string | undefined {
  const fromEnvironment = process.env["LYAPUNOV_COORDINATOR"] ?? "";
  const wantsEmbedded = [flags.threads, flags.workers, flags.ledger].some(
    (flag) => flag !== undefined,
  );
  if (flags.coordinator !== undefined || wantsEmbedded || fromEnvironment === "") {
    return flags.coordinator;
  }
  if (fromEnvironment.split(",").every(isAddress)) return fromEnvironment;
  throw badInput(`LYAPUNOV_COORDINATOR: '${fromEnvironment}' is not allowed; ${ADDRESSES}`);
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

/** HOST:PORT, with the host of an IPv6 address in brackets; or several, with commas. */
export function addressOption(text: string): string {
  if (text.split(",").every((address) => isAddress(address))) return text;
  throw new InvalidArgumentError(`${ADDRESSES.replace("give", "Give")}.`);
}

/** A parser of one HOST:PORT to listen on, where port 0 is allowed, too. */
export function placeToListen(example: string): (text: string) => string {
  return (text) => {
    if (isAddress(text, 0)) return text;
    throw new InvalidArgumentError(`Give HOST:PORT, such as ${example}.`);
  };
}

function isAddress(text: string, leastPort = 1): boolean {
  const port = /^(?:\[[0-9a-f:.]+\]|[^:\s/]+):(\d{1,5})$/i.exec(text)?.[1];
  return port !== undefined && Number(port) >= leastPort && Number(port) <= 65_535;
}

/** A parser of integers from 1 to `maximum`. */
export function integerUpTo(maximum: number): (text: string) => number {
  return integerFrom(1, maximum);
}

/** A parser of integers from `minimum` to `maximum`. */
export function integerFrom(minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const value = typed(text);
    if (typeof value === "number" && Number.isInteger(value)) {
      if (value >= minimum && value <= maximum) return value;
    }
    throw new InvalidArgumentError(`Give an integer from ${minimum} to ${maximum}.`);
  };
}
