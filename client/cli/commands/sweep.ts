import { performance } from "node:perf_hooks";
import { resolve } from "node:path";

import type { Command } from "commander";

import type { Sweep__Output } from "../../../shared/wire/generated/lyapunov/v1/Sweep.ts";
import { specificationToMessage } from "../../../shared/kinds/propagation/messages.ts";
import { openCluster } from "../cluster.ts";
import { addClusterFlags, type ClusterFlags } from "../clusterFlags.ts";
import { assertWritable } from "../outputFile.ts";
import { assertSweepSucceeded, reportSweep } from "../presentation/report.ts";
import { endOnSignal } from "../signals.ts";
import { tellSubmitted, tellWhere } from "../whereabouts.ts";

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
  const { displayName, runs } = await readSweepFile(file);
  if (flags.plot !== undefined) await assertWritable("--plot", flags.plot);
  const message = { displayName, runs: runs.map(specificationToMessage) };
  const cluster = await openCluster(flags, message);
  const { Submission } = await import("../submission.ts");
  const submission = new Submission<Sweep__Output>(cluster, "sweeps");
  let isDone = false;
  endOnSignal(() => submission.parting());
  try {
    const created = await submission.submit(() =>
      cluster.api.createSweep(message, cluster.requestId),
    );
    tellSubmitted(created, cluster, flags);
    const { watchSweep } = await import("../watching.ts");
    const ended = await watchSweep(cluster.api, created.name, {
      quiet: flags.quiet ?? false,
      clock: () => performance.now() / 1000,
      callFlags: cluster.callFlags,
    });
    reportSweep(ended, flags.json ?? false, cluster.callFlags !== undefined);
    tellWhere(ended, cluster, flags);
    if (flags.plot !== undefined) {
      // Loaded only now: Vega takes longer to load than most commands take to run.
      const { writeSweepPlot } = await import("../presentation/sweepPlot.ts");
      await writeSweepPlot(flags.plot, displayName, ended.runs);
      process.stderr.write(`picture: ${resolve(flags.plot)}\n`);
    }
    isDone = true;
    assertSweepSucceeded(ended);
  } finally {
    await cluster.close(isDone);
  }
}
