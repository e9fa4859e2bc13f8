import { ServerInterceptingCall, type ServerInterceptor } from "@grpc/grpc-js";

/** The part of grpc-js's decoder of a stream that matters here; it is not in its declarations. */
interface Decoder {
  /** What it reads next: 0 is the beginning of a message. */
  readonly readState: number;
  /** The pieces of the message that it reads, or has read last. */
  readPartialMessage: readonly Buffer[];
}

const BEGINNING = 0;

/**
 * Makes a stream forget each message that it has passed on. grpc-js keeps the bytes of the last one
 * until the next begins: every silent stream would hold as much as a message may have, and thousands
 * may be open.
 *
 * @param call the innermost call, which the first interceptor is given.
 */
export function forgetful(call: Parameters<ServerInterceptor>[1]): ServerInterceptingCall {
  const decoder: unknown = Reflect.get(call, "decoder");
  return new ServerInterceptingCall(call, {
    start: (next) => {
      next({
        onReceiveMessage: (message, pass) => {
          // In the midst of the next message, the pieces are those of that one.
          if (isDecoder(decoder) && decoder.readState === BEGINNING)
            decoder.readPartialMessage = [];
          pass(message);
        },
      });
    },
  });
}

function isDecoder(value: unknown): value is Decoder {
  return (
    typeof value === "object" &&
    value !== null &&
    "readState" in value &&
    "readPartialMessage" in value &&
    Array.isArray(value.readPartialMessage)
  );
}
