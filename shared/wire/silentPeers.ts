import {
  connectivityState as State,
  InterceptingCall,
  status as Code,
  type Interceptor,
} from "@grpc/grpc-js";

/** How long a peer may take to accept a connection and to say its first word. */
const PATIENCE_SECONDS = 20;

/**
 * Ends calls for which there is no connection after a while. grpc-js waits for ever for a peer that
 * accepts a connection and says nothing: a frozen coordinator, a proxy that hangs, a server of another
 * kind that waits to be spoken to.
 *
 * @param state the channel's, now
 * @param trouble what is wrong then, less for how long
 */
export function silenceInterceptor(
  state: () => State,
  trouble: string,
  patienceSeconds = PATIENCE_SECONDS,
): Interceptor {
  return (options, nextCall) => {
    let timer: NodeJS.Timeout | undefined;
    const call = new InterceptingCall(nextCall(options), {
      start: (metadata, _listener, next) => {
        timer = setTimeout(() => {
          // Once there is a connection, keepalive watches over it, and the answer may take its time.
          if (state() === State.READY) return;
          call.cancelWithStatus(Code.UNAVAILABLE, `${trouble} for ${patienceSeconds} s`);
        }, patienceSeconds * 1000).unref();
        next(metadata, {
          onReceiveStatus: (status, pass) => {
            clearTimeout(timer);
            pass(status);
          },
        });
      },
    });
    return call;
  };
}
