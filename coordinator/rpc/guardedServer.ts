import {
  type MethodDefinition,
  Server,
  ServerInterceptingCall,
  ServerListenerBuilder,
  type ServerOptions,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";

import { type ApiError, invalidField, toStatus } from "../../shared/wire/errorDetails.ts";
import { requestTypeOf } from "../../shared/wire/messageTypes.ts";
import { EncodedMessage } from "./encodedMessage.ts";
import { checkValues, UnreadableMessage } from "./messageBounds.ts";
import { rememberStream } from "./resetCall.ts";

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
        if (type !== undefined) checkValues(type, bytes);
        return method.requestDeserialize(bytes);
      } catch (error) {
        if (error instanceof UnreadableMessage) return error;
        return new UnreadableMessage((error as Error).message, { cause: error });
      }
    },
  };
}

/** The error that refuses an unreadable message. */
export function unreadable({ message }: UnreadableMessage): ApiError {
  return invalidField("message", `${message}; give another`);
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
