import {
  type MethodDefinition,
  Server,
  ServerInterceptingCall,
  ServerListenerBuilder,
  type ServerOptions,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";

import {
  type ApiError,
  invalidField,
  invalidMessage,
  toStatus,
} from "../../shared/wire/errorDetails.ts";
import { requestTypeOf } from "../../shared/wire/messageTypes.ts";
import { count } from "../../shared/text/counts.ts";
import { reasonOf } from "../../shared/wire/reason.ts";
import { EncodedMessage } from "./encodedMessage.ts";
import { checkMessage, UnreadableMessage } from "./messageBounds.ts";
import { rememberStream } from "./resetCall.ts";

/**
 * Most bytes of a request to the services of others, health and reflection. They keep the names that
 * are asked for as long as a stream is open.
 */
const MAXIMUM_FOREIGN_BYTES = 4096;

/**
 * A server that decodes a message only after bounding what that costs. It answers an unreadable
 * message with INVALID_ARGUMENT, where grpc-js would say INTERNAL, since the caller is at fault.
 */
export class GuardedServer extends Server {
  constructor(options: ServerOptions) {
    const { interceptors = [] } = options;
    super({ ...options, interceptors: [refuseUnreadable, ...interceptors] });
  }

  override addService(service: ServiceDefinition, handlers: UntypedServiceImplementation): void {
    const guarded = Object.entries(service).map(([name, method]) => [name, guard(method)] as const);
    super.addService(Object.fromEntries(guarded), handlers);
  }
}

type AnyMethod = MethodDefinition<unknown, unknown>;

/** The method with guarded decoding; its handler may be given an UnreadableMessage instead. */
function guard(method: AnyMethod): AnyMethod {
  const type = requestTypeOf(method.path);
  return {
    ...method,
    responseSerialize: (response) =>
      response instanceof EncodedMessage ? response.bytes : method.responseSerialize(response),
    requestDeserialize: (bytes) => {
      try {
        if (type !== undefined) checkMessage(type, bytes);
        else if (bytes.length > MAXIMUM_FOREIGN_BYTES) throw foreignTooLarge(bytes.length);
        return method.requestDeserialize(bytes);
      } catch (error) {
        const refusal =
          error instanceof UnreadableMessage
            ? error
            : new UnreadableMessage(`it cannot be decoded (${reasonOf(error)})`, { cause: error });
        refusal.bytes = bytes;
        return refusal;
      }
    },
  };
}

function foreignTooLarge(bytes: number): UnreadableMessage {
  const most = count(MAXIMUM_FOREIGN_BYTES);
  return new UnreadableMessage(`${count(bytes)} bytes are not allowed; give at most ${most}`);
}

/** The error that refuses an unreadable message. */
export function unreadable({ field, message }: UnreadableMessage): ApiError {
  return field === "" ? invalidMessage(message) : invalidField(field, message);
}

/**
 * Ends a call whose message is unreadable, before its handler hears of it. On streams of requests
 * the handler must end the call: it may be writing or ending it already, and after two ends grpc-js
 * sends neither.
 */
function refuseUnreadable(
  { requestStream }: { readonly requestStream: boolean },
  call: ConstructorParameters<typeof ServerInterceptingCall>[0],
): ServerInterceptingCall {
  return new ServerInterceptingCall(call, {
    start: (next) => {
      const listener = new ServerListenerBuilder()
        .withOnReceiveMetadata((metadata, pass) => {
          rememberStream(metadata, call);
          pass(metadata);
        })
        .withOnReceiveMessage((message, pass) => {
          if (requestStream || !(message instanceof UnreadableMessage)) pass(message);
          else call.sendStatus(toStatus(unreadable(message)));
        });
      next(listener.build());
    },
  });
}
