import { status as Code, type ServiceError } from "@grpc/grpc-js";

import { ValidationError, type FieldViolation } from "../../shared/specification/violations.ts";
import { connectionTrouble } from "../../shared/wire/connectionTrouble.ts";
import { readDetails } from "../../shared/wire/errorDetails.ts";

/** Exit codes of the command: docs/command-line.md#what-all-commands-share. */
export const EXIT = { done: 0, failed: 1, badInput: 2, interrupted: 130 } as const;

/** A failure that a person can act on: its message is the one sentence that they see. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  readonly exitCode: number;

  constructor(message: string, exitCode: number, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

export function badInput(message: string): CommandError {
  return new CommandError(message, EXIT.badInput);
}

/** Flags whose names do not follow from the field's. */
const FLAGS: Readonly<Record<string, string>> = {
  stopping_rule: "--replicas",
  "stopping_rule.replica_count": "--replicas",
  "stopping_rule.precision": "--precision",
  "stopping_rule.precision.lyapunov_exponent": "--precision",
  "stopping_rule.precision.variance": "--variance-precision",
  "stopping_rule.precision.minimum_replica_count": "--minimum-replicas",
  "stopping_rule.precision.maximum_replica_count": "--maximum-replicas",
  checkpoint_depths: "--checkpoints",
};

/** `network.negative_slope` → `--negative-slope`. */
function flagOf(field: string): string {
  const path = field.replace(/^run\./, "");
  return FLAGS[path] ?? `--${path.replace(/^.*\./, "").replaceAll("_", "-")}`;
}

/** Refused fields as one sentence in the words of the command line. */
function flagSentence(violations: readonly FieldViolation[]): string {
  return violations.map(({ field, description }) => `${flagOf(field)}: ${description}`).join("; ");
}

/** What commander says of flags and arguments, in the form of all other sentences. */
export function usageSentence(complaint: string): string {
  const text = complaint
    .trim()
    .replace(/^error: /, "")
    .replaceAll("\n", " ");
  const refused = REFUSED_OPTION.exec(text)?.groups;
  if (refused === undefined) {
    const sentence = text.replace(/\. [A-Z]/, (end) => `; ${end.slice(2).toLowerCase()}`);
    return `${sentence.replace(/\.$/, "")}; lyapunov --help lists what there is`;
  }
  const { flag = "", variable = flag, value, remedy = "" } = refused;
  const allowed = remedy.replace(/^Allowed choices are /, "Give one of ").replace(/\.$/, "");
  return `${variable}: '${value}' is not allowed; g${allowed.slice(1)}`;
}

const REFUSED_OPTION =
  /^option '(?:-\w, )?(?<flag>--[\w-]+).*?' (?:argument|value) '(?<value>.*?)'(?: from env '(?<variable>\w+)')? is invalid\. (?<remedy>.*)$/s;

/** Any failure as the sentence and the exit code with which the command ends. */
export function describeFailure(error: unknown): { message: string; exitCode: number } {
  if (error instanceof CommandError) return { message: error.message, exitCode: error.exitCode };
  if (error instanceof ValidationError) {
    return { message: flagSentence(error.violations), exitCode: EXIT.badInput };
  }
  if (isServiceError(error)) return describeServiceError(error);
  const message = error instanceof Error ? error.message : String(error);
  return { message, exitCode: EXIT.failed };
}

function describeServiceError(error: ServiceError): { message: string; exitCode: number } {
  if (error.code === Code.INVALID_ARGUMENT) {
    const { violations } = readDetails(error);
    const message = violations.length > 0 ? flagSentence(violations) : error.details;
    return { message, exitCode: EXIT.badInput };
  }
  if (error.code === Code.UNAVAILABLE) {
    const trouble = connectionTrouble(error.details);
    const [, question] = QUESTIONS.find(([pattern]) => pattern.test(trouble)) ?? [];
    return {
      message: `the coordinator cannot be reached (${trouble}); ${question ?? "is it running, and is --coordinator right?"}`,
      exitCode: EXIT.failed,
    };
  }
  if (TOO_LARGE.test(error.details)) {
    return {
      message:
        `the message is too large (${error.details}); ask for less at a time, ` +
        `or have --maximum-message-bytes of the coordinator raised`,
      exitCode: EXIT.failed,
    };
  }
  return { message: error.details, exitCode: EXIT.failed };
}

/** What to look at, by what OpenSSL, Node and grpc-js complain of. */
const QUESTIONS: readonly (readonly [RegExp, string])[] = [
  [
    /^TLS: .*alert|^Failed to connect/,
    "does it want TLS, or another certificate (--tls-authority, --tls-certificate)?",
  ],
  [/^TLS: /, "does it speak TLS? without, leave --tls and --tls-authority out"],
  [
    /certificate|altnames/i,
    "is --tls-authority the one that signed its certificate, and is --coordinator as in there?",
  ],
];
/** As grpc-js says it, which does so before anybody else is asked. */
const TOO_LARGE = /^Received message larger than max/;

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && "code" in error && "details" in error && "metadata" in error;
}
