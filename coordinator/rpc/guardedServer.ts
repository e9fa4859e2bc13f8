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
import { checkValues, UnreadableMessage } from "./messageBounds.ts";

/**
 * A server that decodes no message before it knows what that costs, and answers one that cannot be
 * read with INVALID_ARGUMENT: it is the caller's fault, where grpc-js says INTERNAL.
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

/** The method, but that its handler may be handed an UnreadableMessage. */
function guard(method: AnyMethod): AnyMethod {
  const type = requestTypeOf(method.path);
  return {
    ...method,
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

/** How a message that cannot be read is refused. */
export function unreadable({ message }: UnreadableMessage): ApiError {
  return invalidField("message", `${message}; give another`);
}

/**
 * What cannot be read ends the call here, before its handler hears of it; but on streams of requests
 * the handler ends it, which may be writing or ending it already: of two ends grpc-js sends neither.
 */
function refuseUnreadable(
  { requestStream }: { readonly requestStream: boolean },
  call: ConstructorParameters<typeof ServerInterceptingCall>[0],
): ServerInterceptingCall {
  return new ServerInterceptingCall(call, {
    start: (next) => {
      const listener = new ServerListenerBuilder().withOnReceiveMessage((message, pass) => {
        if (requestStream || !(message instanceof UnreadableMessage)) pass(message);
        else call.sendStatus(toStatus(unreadable(message)));
      });
      next(listener.build());
    },
  });
}
