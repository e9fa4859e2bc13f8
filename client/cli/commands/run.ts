import { performance } from "node:perf_hooks";

import type { Command } from "commander";

import { specificationToMessage } from "../../../shared/kinds/propagation/messages.ts";
import type { Run__Output } from "../../../shared/wire/generated/lyapunov/v1/Run.ts";
import { parseRequest } from "../../sdk/criticalGain.ts";
import { runInput, type RunFlags } from "../../sdk/runInput.ts";
import { openCluster } from "../cluster.ts";
import { addClusterFlags, type ClusterFlags } from "../clusterFlags.ts";
import { findCriticalGains } from "../foundGains.ts";
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
  const requested = parseRequest(runInput(flags));
  const cluster = await openCluster(flags, specificationToMessage(requested), [requested.backend]);
  const { Submission } = await import("../submission.ts");
  const submission = new Submission<Run__Output>(cluster, "runs");
  let isDone = false;
  endOnSignal(() => submission.parting());
  try {
    const [fields = requested] = await findCriticalGains(
      cluster,
      [requested],
      flags.quiet ?? false,
      (first) => {
        submission.prepare(first);
      },
    );
    const created = await submission.submit(() =>
      cluster.api.createRun(specificationToMessage(fields), cluster.requestId),
    );
    tellSubmitted(created, cluster, flags);
    const { watchRun } = await import("../watching.ts");
    const ended = await watchRun(cluster.api, created.name, {
      quiet: flags.quiet ?? false,
      clock: () => performance.now() / 1000,
      callFlags: cluster.callFlags,
    });
    await reportRun(ended, flags.json ?? false);
    tellWhere(ended, cluster, flags);
    isDone = true;
    assertRunSucceeded(ended);
  } finally {
    await cluster.close(isDone);
  }
}
