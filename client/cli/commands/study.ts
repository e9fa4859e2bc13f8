import { performance } from "node:perf_hooks";

import type { Command } from "commander";

import { trainingToRun } from "../../../shared/kinds/training/messages.ts";
import { vegaLite } from "../../../shared/charts/vegaLite.ts";
import type { Sweep__Output } from "../../../shared/wire/generated/lyapunov/v1/Sweep.ts";
import { withFoundGains } from "../../sdk/trainingRequest.ts";
import { openCluster } from "../cluster.ts";
import { addClusterFlags, type ClusterFlags } from "../clusterFlags.ts";
import { findCriticalGains } from "../foundGains.ts";
import { assertWritableSvg, writeOutput } from "../outputFile.ts";
import { assertSweepSucceeded } from "../presentation/report.ts";
import { reportStudy } from "../presentation/studyReport.ts";
import { flag, positiveNumber } from "../readers.ts";
import { endOnSignal } from "../signals.ts";
import { reportOf } from "../studyRuns.ts";
import { tellSubmitted, tellWhere } from "../whereabouts.ts";

type Flags = ClusterFlags & {
  readonly json?: boolean;
  readonly plot?: string;
  readonly loss?: number;
};

/** `lyapunov study`. */
export function defineStudy(command: Command): void {
  addClusterFlags(command.argument("<file>"))
    .addOption(
      flag(
        "--loss <loss>",
        "test loss to count steps to (default: a tenth of the best constant's)",
        positiveNumber,
      ),
    )
    .option("--plot <file>", "write a picture of the learning curves (SVG)")
    .option("--json", "print the study as JSON on standard output")
    .action(async (file: string) => {
      await study(file, command.optsWithGlobals<Flags>());
    });
}

async function study(file: string, flags: Flags): Promise<void> {
  // Everything is checked before anything is started.
  const { readStudyFile } = await import("../../studyFile/readStudyFile.ts");
  const { displayName, arms } = readStudyFile(file);
  if (flags.plot !== undefined) await assertWritableSvg("--plot", flags.plot);
  const calibrated = arms.flatMap((arm) => arm.calibrated ?? []);
  const message = {
    displayName,
    runs: arms.map(({ fields }) => trainingToRun(fields)),
    // Beside an arm of He's gain there may be one like it whose gain is to be found.
    calibrated: arms.map((arm) => arm.calibrated !== undefined),
  };
  const backends = arms.map(({ fields }) => fields.backend);
  const cluster = await openCluster(flags, message, [
    ...backends,
    ...calibrated.map(({ backend }) => backend),
  ]);
  const { Submission } = await import("../submission.ts");
  const submission = new Submission<Sweep__Output>(cluster, "sweeps");
  let isDone = false;
  endOnSignal(() => submission.parting());
  try {
    const found = await findCriticalGains(cluster, calibrated, flags.quiet ?? false, (first) => {
      submission.prepare(first);
    });
    const runs = withFoundGains(arms, found).map(trainingToRun);
    const created = await submission.submit(() =>
      cluster.api.createSweep({ displayName, runs }, cluster.requestId),
    );
    tellSubmitted(created, cluster, flags);
    const { watchSweep } = await import("../watching.ts");
    const ended = await watchSweep(cluster.api, created.name, {
      quiet: flags.quiet ?? false,
      clock: () => performance.now() / 1000,
      callFlags: cluster.callFlags,
      title: "study",
    });
    const report = await reportOf(cluster.api, ended, flags.loss);
    await reportStudy(ended, report, flags.json ?? false);
    tellWhere(ended, cluster, flags);
    isDone = true;
    // Where no arm is complete, the command fails with what went wrong.
    if (flags.plot !== undefined && report.completeArmCount > 0) {
      const { learningCurvesChart } = await import("../../../shared/charts/learningCurves.ts");
      // Loaded only now: Vega takes longer to load than most commands take to run.
      const { renderSvg } = await import("../presentation/svg.ts");
      const picture = vegaLite(learningCurvesChart(ended, report));
      await writeOutput("--plot", flags.plot, await renderSvg(picture));
    }
    assertSweepSucceeded(ended);
  } finally {
    await cluster.close(isDone);
  }
}
