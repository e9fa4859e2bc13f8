import { ServerInterceptingCall, status as Code, type ServerInterceptor } from "@grpc/grpc-js";

/** Hears of a call that has ended; the method is such as `lyapunov.v1.FleetService/Work`. */
type CallListener = (method: string, code: string, seconds: number) => void;

/** Tells of every call to a method that is served, once it has ended however it did. */
export function rpcWatch(clock: () => number, listener: CallListener): ServerInterceptor {
  return ({ path }, call) => {
    const start = clock();
    // What ends without a status was cut off, by the caller or on its way.
    let code = Code.CANCELLED;
    return new ServerInterceptingCall(call, {
      start: (next) => {
        next({
          onCancel: () => {
            // However a call ends, this is said last.
            listener(path.slice(1), Code[code], clock() - start);
          },
        });
      },
      sendStatus: (status, next) => {
        code = status.code ?? Code.UNKNOWN;
        next(status);
      },
    });
  };
}
