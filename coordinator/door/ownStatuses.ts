import { status as Code, type ServerInterceptor } from "@grpc/grpc-js";

import {
  ApiError,
  hasDetails,
  invalidMessage,
  limitReached,
  toStatus,
} from "../../shared/wire/errorDetails.ts";

type Status = ReturnType<typeof toStatus>;
type InnermostCall = Parameters<ServerInterceptor>[1];
type SentStatus = Parameters<InnermostCall["sendStatus"]>[0];

/**
 * Gives the statuses that grpc-js sends by itself the sentences and details of all others. They pass
 * no interceptor, since the innermost call sends them.
 *
 * @param call the innermost call, which the first interceptor is given.
 */
export function explainStatuses(call: InnermostCall): void {
  const send = call.sendStatus.bind(call);
  call.sendStatus = (status) => {
    send(hasDetails(status.metadata ?? undefined) ? status : (detailed(status) ?? status));
  };
}

/** What grpc-js complains of by itself, by its text: its codes have other causes, too. */
const COMPLAINTS: readonly (readonly [RegExp, (match: RegExpExecArray) => ApiError])[] = [
  [
    /^Received message larger than max \((\d+) vs (\d+)\)/,
    ([, bytes, limit]) => tooLarge(`a message of ${bytes} bytes`, limit),
  ],
  [
    /^Received message that decompresses to a size larger than (\d+)/,
    ([, limit]) => tooLarge("a message that decompresses to more", limit),
  ],
  [
    /^Failed to decompress message/,
    () => invalidMessage("the message cannot be decompressed; compress it as grpc-encoding says"),
  ],
  [
    /^Received message compressed with unsupported encoding "(.*)"$/s,
    () =>
      new ApiError(
        Code.UNIMPLEMENTED,
        "INVALID_MESSAGE",
        "the message is compressed in an unknown way; use gzip, deflate or identity",
      ),
  ],
  [
    /^Invalid grpc-timeout value/,
    () => invalidMessage("grpc-timeout is malformed; give up to 8 digits and one of H M S m u n"),
  ],
];

function tooLarge(what: string, limit: string | undefined): ApiError {
  return limitReached(
    "",
    `${what} is too large; send less at a time, or have the coordinator's ` +
      `--maximum-message-bytes (${limit}) raised`,
  );
}

function detailed({ code, details }: SentStatus): Status | undefined {
  if (code === Code.OK) return undefined;
  for (const [pattern, errorOf] of COMPLAINTS) {
    const match = pattern.exec(details);
    if (match !== null) return toStatus(errorOf(match));
  }
  return undefined;
}
