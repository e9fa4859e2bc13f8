import { logVerbosity, setLogVerbosity } from "@grpc/grpc-js";

/**
 * Silences grpc-js: failures are said once, by the command. GRPC_VERBOSITY brings its words back.
 */
export function silenceGrpc(): void {
  if (process.env["GRPC_VERBOSITY"] === undefined) setLogVerbosity(logVerbosity.NONE);
}
