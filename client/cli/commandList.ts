import type { Command } from "commander";

/** A command as the list of all commands shows it. */
export interface CommandEntry {
  /** Its name and what follows it, such as `sweep [options] <file>`. */
  readonly term: string;
  readonly description: string;
  /** Gives it its arguments, flags and action. What these need is loaded only now. */
  readonly define: (command: Command) => Promise<void>;
}

/** The commands in the order in which help lists them. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    term: "exact [options]",
    description: "closed-form λ, σ², critical gain and moment exponents",
    define: async (command) => (await import("./commands/exact.ts")).defineExact(command),
  },
  {
    term: "run [options]",
    description: "estimate λ and σ² of one network by Monte Carlo",
    define: async (command) => (await import("./commands/run.ts")).defineRun(command),
  },
  {
    term: "init [options]",
    description: "critical gains, and initializers to paste into your framework",
    define: async (command) => (await import("./commands/init.ts")).defineInit(command),
  },
  {
    term: "sweep [options] <file>",
    description: "estimate λ and σ² of a set of networks, from a sweep file (YAML)",
    define: async (command) => (await import("./commands/sweep.ts")).defineSweep(command),
  },
  {
    term: "reproduce [options]",
    description:
      "recompute the claims about Lyapunov initialization, and write a report with verdicts",
    define: async (command) => (await import("./commands/reproduce.ts")).defineReproduce(command),
  },
  {
    term: "study [options] <file>",
    description:
      "train networks of several initializations, and compare them, from a study file (YAML)",
    define: async (command) => (await import("./commands/study.ts")).defineStudy(command),
  },
  {
    term: "serve [options]",
    description: "run a coordinator until Ctrl-C or SIGTERM",
    define: async (command) => (await import("./commands/serve.ts")).defineServe(command),
  },
  {
    term: "work [options]",
    description:
      "run a worker until Ctrl-C or SIGTERM; it then finishes and delivers what it has begun",
    define: async (command) => (await import("./commands/work.ts")).defineWork(command),
  },
  {
    term: "devices [options]",
    description: "list what this machine can compute with, and how fast each of it is",
    define: async (command) => (await import("./commands/devices.ts")).defineDevices(command),
  },
  {
    term: "runs",
    description: "runs of a cluster: list, show, watch, cancel, extend, plot, export",
    define: async (command) => (await import("./commands/runs.ts")).defineRuns(command),
  },
  {
    term: "sweeps",
    description: "sweeps of a cluster: list, show, watch, cancel, extend, plot, export",
    define: async (command) => (await import("./commands/sweeps.ts")).defineSweeps(command),
  },
  {
    term: "ledgers",
    description: "ledgers: list and remove what interrupted commands left, recover a damaged one",
    define: async (command) => (await import("./commands/ledgers.ts")).defineLedgers(command),
  },
  {
    term: "token [options] <name>",
    description:
      "make a token: print its entry for the file of 'lyapunov serve --tokens' on standard output, " +
      "and the token, which is stored nowhere else, on standard error",
    define: async (command) => (await import("./commands/token.ts")).defineToken(command),
  },
  {
    term: "bench [options]",
    description: "measure how fast this machine is and how long your run would take on it",
    define: async (command) => (await import("./commands/bench.ts")).defineBench(command),
  },
];
