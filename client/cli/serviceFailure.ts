import { status as Code, type ServiceError } from "@grpc/grpc-js";

import { connectionTrouble } from "../../shared/wire/connectionTrouble.ts";
import { readDetails } from "../../shared/wire/errorDetails.ts";
import { EXIT, type Failure } from "./exitCodes.ts";
import { flagSentence } from "./flagNames.ts";
import { reasonOf } from "../../shared/wire/reason.ts";

/** Describes a failed call to a coordinator as a command says it. */
export function describeServiceFailure(error: ServiceError): Failure {
  if (error.code === Code.INVALID_ARGUMENT) {
    const { violations, omittedCount } = readDetails(error);
    const message =
      violations.length > 0 ? flagSentence(violations, omittedCount) : sentenceOf(error);
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
  if (error.code === Code.RESOURCE_EXHAUSTED && TOO_LARGE.test(error.details)) {
    return {
      message:
        `the message is too large (${error.details}); ask for less at a time, ` +
        `or have the coordinator's --maximum-message-bytes raised`,
      exitCode: EXIT.failed,
    };
  }
  return { message: sentenceOf(error), exitCode: EXIT.failed };
}

/** What the coordinator says; some servers and proxies have only a code. */
function sentenceOf({ code, details }: ServiceError): string {
  return details.trim() === ""
    ? `the call failed with ${Code[code]}, and ${reasonOf(details)}`
    : details;
}

/**
 * Questions that help, by what OpenSSL, Node and grpc-js complain of. There is only their text:
 * grpc-js says UNAVAILABLE of every failure to connect, and drops the error behind it.
 */
const QUESTIONS: readonly (readonly [RegExp, string])[] = [
  [
    /^the proxy /,
    "is it running, and does it let this connection through? no_proxy lists hosts to be called without it",
  ],
  [
    /^TLS: .*alert|^Failed to connect/,
    "does it require TLS, or another certificate (--tls-authority, --tls-certificate)?",
  ],
  [/^TLS: /, "does it speak TLS? if not, leave out --tls and --tls-authority"],
  [
    /certificate|altnames/i,
    "has --tls-authority signed its certificate, and does that name the host in --coordinator?",
  ],
];

/** grpc-js's refusal of a large message, by its text: its code has other causes, too. */
const TOO_LARGE = /^Received message larger than max/;
