import { EXIT } from "./failure.ts";

/** Resolves at the first Ctrl-C or SIGTERM; the second ends the process at once. */
export function untilStopped(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let asked = false;
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      if (asked) process.exit(EXIT.interrupted);
      asked = true;
      resolve();
    });
  }
  return promise;
}
