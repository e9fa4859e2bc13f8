import { performance } from "node:perf_hooks";

import type { Command } from "commander";

import { parsePropagation } from "../../../shared/kinds/propagation/propagation.ts";
import type { Run__Output } from "../../../shared/wire/generated/lyapunov/v1/Run.ts";
import { specificationToMessage } from "../../../shared/kinds/propagation/messages.ts";
import { farewell, openCluster } from "../cluster.ts";
import { addClusterFlags, addRunFlags, type ClusterFlags } from "../options.ts";
import { reportRun } from "../presentation/report.ts";
import { runInput, type RunFlags } from "../../sdk/runInput.ts";
import { endOnSignal } from "../signals.ts";
import { watchRun } from "../watching.ts";

type Flags = RunFlags & ClusterFlags & { readonly json?: boolean };

export function addRunCommand(program: Command): void {
  addClusterFlags(addRunFlags(program.command("run")))
    .description("estimate λ and σ² of one network by Monte Carlo")
    .option("--json", "print the run as JSON on standard output")
    .action(async (_options, command: Command) => {
      await run(command.optsWithGlobals<Flags>());
    });
}

async function run(flags: Flags): Promise<void> {
  // Everything is checked before anything is started.
  const specification = parsePropagation(runInput(flags));
  const message = specificationToMessage(specification);
  const cluster = await openCluster(flags, message);
  let created: Run__Output | undefined;
  let isDone = false;
  endOnSignal(() => farewell(cluster, created?.name));
  try {
    created = await cluster.api.createRun(message, cluster.requestId);
    const ended = await watchRun(cluster.api, created.name, {
      quiet: flags.quiet ?? false,
      clock: () => performance.now() / 1000,
      callFlags: cluster.callFlags,
    });
    reportRun(ended, flags.json ?? false);
    isDone = true;
  } finally {
    await cluster.close(isDone);
  }
}
