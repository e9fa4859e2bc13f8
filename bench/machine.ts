import { execFileSync } from "node:child_process";
import { cpus, release, totalmem, type } from "node:os";

/** Describes the machine and the software of a measurement. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly system: string;
  readonly node: string;
  readonly v8: string;
}

export function describeMachine(): Machine {
  return {
    processor: cpus()[0]?.model.trim() ?? "unknown",
    // The cores of the machine, not only those that this process may use.
    cores: cpus().length,
    memoryBytes: totalmem(),
    system: `${type()} ${release()}`,
    node: process.versions.node,
    v8: process.versions.v8,
  };
}

/** The command line that repeats this one. */
export function commandLine(script: string): string {
  return ["node", script, ...process.argv.slice(2)].join(" ");
}

/**
 * Ties every thread of this process, and whatever it starts from now on, to one core. Returns false
 * if the machine has no taskset (util-linux).
 */
export function pinTo(core: number): boolean {
  try {
    execFileSync("taskset", ["-acp", String(core), String(process.pid)], { stdio: "pipe" });
    return true;
  } catch {
    return false;
  }
}
