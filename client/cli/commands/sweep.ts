import { performance } from "node:perf_hooks";

import type { Command } from "commander";

import type { Sweep__Output } from "../../../shared/wire/generated/lyapunov/v1/Sweep.ts";
import { specificationToMessage } from "../../../shared/kinds/propagation/messages.ts";
import { openCluster } from "../cluster.ts";
import { addClusterFlags, type ClusterFlags } from "../clusterFlags.ts";
import { findCriticalGains } from "../foundGains.ts";
import { assertWritableSvg, writeOutput } from "../outputFile.ts";
import { assertSweepSucceeded, reportSweep } from "../presentation/report.ts";
import { endOnSignal } from "../signals.ts";
import { tellSubmitted, tellWhere } from "../whereabouts.ts";
import { say } from "../streams.ts";

type Flags = ClusterFlags & { readonly json?: boolean; readonly plot?: string };

/** `lyapunov sweep`. */
export function defineSweep(command: Command): void {
  addClusterFlags(command.argument("<file>"))
    .option("--plot <file>", "write a picture of the sweep (SVG)")
    .option("--json", "print the sweep as JSON on standard output")
    .action(async (file: string) => {
      await sweep(file, command.optsWithGlobals<Flags>());
    });
}

async function sweep(file: string, flags: Flags): Promise<void> {
  // Everything is checked before anything is started.
  const { readSweepFile } = await import("../../sweepFile/readSweepFile.ts");
  const { displayName, runs, notes } = readSweepFile(file);
  for (const note of notes) say(`note: ${note}\n`);
  if (flags.plot !== undefined) await assertWritableSvg("--plot", flags.plot);
  const message = { displayName, runs: runs.map(specificationToMessage) };
  const cluster = await openCluster(
    flags,
    message,
    runs.map(({ backend }) => backend),
  );
  const { Submission } = await import("../submission.ts");
  const submission = new Submission<Sweep__Output>(cluster, "sweeps");
  let isDone = false;
  endOnSignal(() => submission.parting());
  try {
    const found = await findCriticalGains(cluster, runs, flags.quiet ?? false, (first) => {
      submission.prepare(first);
    });
    const submitted = { displayName, runs: found.map(specificationToMessage) };
    const created = await submission.submit(() =>
      cluster.api.createSweep(submitted, cluster.requestId),
    );
    tellSubmitted(created, cluster, flags);
    const { watchSweep } = await import("../watching.ts");
    const ended = await watchSweep(cluster.api, created.name, {
      quiet: flags.quiet ?? false,
      clock: () => performance.now() / 1000,
      callFlags: cluster.callFlags,
    });
    await reportSweep(ended, flags.json ?? false, cluster.callFlags !== undefined);
    tellWhere(ended, cluster, flags);
    if (flags.plot !== undefined) {
      // Loaded only now: Vega takes longer to load than most commands take to run.
      const { sweepSvg } = await import("../presentation/sweepPlot.ts");
      await writeOutput("--plot", flags.plot, await sweepSvg(displayName, ended.runs));
    }
    isDone = true;
    assertSweepSucceeded(ended);
  } finally {
    await cluster.close(isDone);
  }
}
