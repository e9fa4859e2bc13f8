import { performance } from "node:perf_hooks";

import type { Command } from "commander";

import { specificationToMessage } from "../../../shared/kinds/propagation/messages.ts";
import { parseFields } from "../../../shared/kinds/propagation/specification.ts";
import type { Run__Output } from "../../../shared/wire/generated/lyapunov/v1/Run.ts";
import { runInput, type RunFlags } from "../../sdk/runInput.ts";
import { openCluster } from "../cluster.ts";
import { addClusterFlags, type ClusterFlags } from "../clusterFlags.ts";
import { addRunFlags } from "../networkFlags.ts";
import { assertRunSucceeded, reportRun } from "../presentation/report.ts";
import { endOnSignal } from "../signals.ts";
import { tellSubmitted, tellWhere } from "../whereabouts.ts";

type Flags = RunFlags & ClusterFlags & { readonly json?: boolean };

/** `lyapunov run`. */
export function defineRun(command: Command): void {
  addClusterFlags(addRunFlags(command))
    .option("--json", "print the run as JSON on standard output")
    .action(async () => {
      await run(command.optsWithGlobals<Flags>());
    });
}

async function run(flags: Flags): Promise<void> {
  // Everything is checked before anything is started.
  const message = specificationToMessage(parseFields(runInput(flags)));
  const cluster = await openCluster(flags, message);
  const { Submission } = await import("../submission.ts");
  const submission = new Submission<Run__Output>(cluster, "runs");
  let isDone = false;
  endOnSignal(() => submission.parting());
  try {
    const created = await submission.submit(() =>
      cluster.api.createRun(message, cluster.requestId),
    );
    tellSubmitted(created, cluster, flags);
    const { watchRun } = await import("../watching.ts");
    const ended = await watchRun(cluster.api, created.name, {
      quiet: flags.quiet ?? false,
      clock: () => performance.now() / 1000,
      callFlags: cluster.callFlags,
    });
    reportRun(ended, flags.json ?? false);
    tellWhere(ended, cluster, flags);
    isDone = true;
    assertRunSucceeded(ended);
  } finally {
    await cluster.close(isDone);
  }
}
