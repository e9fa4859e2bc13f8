import { EXIT } from "./exitCodes.ts";

/** Ends the process at once with a failure, in the form of all other sentences. */
export function endAtOnce({ message }: Error): never {
  process.stderr.write(`lyapunov: ${message}\n`);
  process.exit(EXIT.failed);
}
