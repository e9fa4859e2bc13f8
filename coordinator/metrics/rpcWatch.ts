import { ServerInterceptingCall, status as Code, type ServerInterceptor } from "@grpc/grpc-js";

/** Hears of each call that ended; a method reads like `lyapunov.v1.FleetService/Work`. */
type CallListener = (method: string, code: string, seconds: number) => void;

/** Reports every call to a served method once it has ended, in whatever way. */
export function rpcWatch(clock: () => number, listener: CallListener): ServerInterceptor {
  return ({ path }, call) => {
    const start = clock();
    // A call that ends without a status was cut off, by the caller or on its way.
    let code = Code.CANCELLED;
    return new ServerInterceptingCall(call, {
      start: (next) => {
        next({
          onCancel: () => {
            // However a call ends, grpc-js calls this last.
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
