import { EXIT } from "./exitCodes.ts";
import { say } from "./streams.ts";

/** Ends the process at once with a failure, in the form of all other sentences. */
export function endAtOnce({ message }: Error): never {
  say(`lyapunov: ${message}\n`);
  process.exit(EXIT.failed);
}
