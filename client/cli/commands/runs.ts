import { performance } from "node:perf_hooks";

import type { Command } from "commander";

import { QUANTITIES } from "../../../shared/kinds/propagation/specification.ts";
import { parseStoppingRule } from "../../../shared/specification/stoppingRuleInput.ts";
import { shortName } from "../../../shared/wire/enumerations.ts";
import type { SimulationApi } from "../../sdk/api.ts";
import { InputError } from "../../sdk/errors.ts";
import type { Run__Output } from "../../../shared/wire/generated/lyapunov/v1/Run.ts";
import type { Sweep__Output } from "../../../shared/wire/generated/lyapunov/v1/Sweep.ts";
import { runToJson, sweepToJson } from "../../../shared/wire/json.ts";
import { stoppingRuleInput, type StoppingFlags } from "../../sdk/runInput.ts";
import { callFlags } from "../connectionFlags.ts";
import { addExtensionFlags } from "../networkFlags.ts";
import { age } from "../presentation/age.ts";
import { exponentText } from "../presentation/exponentText.ts";
import { isLost, isOtherKind, parametersLabel } from "../presentation/otherKind.ts";
import { fittedTable, type TableColumn } from "../presentation/fittedTable.ts";
import { outputColumns } from "../presentation/terminal.ts";
import { printJson } from "../presentation/printJson.ts";
import {
  assertRunSucceeded,
  assertSweepSucceeded,
  reportRun,
  reportSweep,
  runText,
} from "../presentation/report.ts";
import { isStudySweep, reportStudy } from "../presentation/studyReport.ts";
import { networkLabel } from "../../../shared/charts/networkLabels.ts";
import { count } from "../../../shared/text/counts.ts";
import { interrupted, unheard } from "../parting.ts";
import { sweepHeading } from "../presentation/sweepHeading.ts";
import { hasMissedTarget } from "../presentation/targetText.ts";
import { isTraining, medianTestLossText } from "../presentation/trainingText.ts";
import { endOnSignal } from "../signals.ts";
import { isSweep } from "../names.ts";
import { addList, allPages } from "./list.ts";
import { addNamed, type NamedFlags, type NamedParent } from "./named.ts";
import { addExportCommand } from "./runsExport.ts";
import { addPlotCommand } from "./runsPlot.ts";
import { print } from "../streams.ts";

interface Flags extends NamedFlags {
  readonly json?: boolean;
}

/** `lyapunov runs`, with a subcommand for everything that is done to a run or a sweep. */
export function defineRuns(runs: Command): void {
  addList(runs, "list runs, newest first", list);
  addNamedCommands({ command: runs, collections: ["runs", "sweeps"], noun: "a run or a sweep" });
}

/** Adds a subcommand for everything that is done to what a name stands for. */
export function addNamedCommands(parent: NamedParent): void {
  withJson(addNamed<Flags>(parent, "show", "show NOUN", show));
  withJson(addNamed<Flags>(parent, "watch", "watch NOUN until it ends", watch));
  withJson(addNamed<Flags>(parent, "cancel", "cancel NOUN: all that has not ended of it", cancel));
  const extended = "continue NOUN with more replicas or more precision";
  addExtensionFlags(withJson(addNamed<Flags & StoppingFlags>(parent, "extend", extended, extend)));
  addPlotCommand(parent);
  addExportCommand(parent);
}

/** Adds the flag that asks for JSON. */
export function withJson(command: Command): Command {
  return command.option("--json", "print JSON on standard output");
}

async function list(api: SimulationApi, limit: number, json: boolean): Promise<void> {
  const { items: runs, nextPageToken } = await allPages(limit, async (size, token) => {
    const page = await api.listRuns(size, token);
    return { items: page.runs, nextPageToken: page.nextPageToken };
  });
  if (json) {
    await printJson({ runs: runs.map(runToJson), nextPageToken });
    return;
  }
  const isTitled = runs.some(({ displayName }) => displayName !== "");
  const columns = LISTED.filter(({ head }) => isTitled || head !== TITLE);
  if (runs.some(isTraining)) columns.push(MEDIAN_TEST_LOSS);
  await print(`${fittedTable(columns, runs, outputColumns())}\n`);
}

const TITLE = "display name";

/** What a list says of a run; its name, its state and its estimate stay columns longest. */
const LISTED: readonly TableColumn<Run__Output>[] = [
  { head: "name", importance: 1, cell: ({ name }) => name },
  { head: TITLE, importance: 4, cell: ({ displayName }) => displayName },
  { head: "age", importance: 5, cell: ({ createTime }) => age(createTime, Date.now()) },
  {
    head: "state",
    importance: 2,
    cell: (run) =>
      `${shortName("state", run.state)}${hasMissedTarget(run) ? ", target missed" : ""}`,
  },
  { head: "sweep", importance: 6, cell: ({ sweep }) => sweep },
  {
    head: "requested",
    name: "",
    importance: 4,
    cell: (run) => (isOtherKind(run) ? parametersLabel(run) : networkLabel(run)),
  },
  { head: "replicas", importance: 5, cell: ({ replicaCount }) => count(replicaCount) },
  {
    head: "λ̂ ± s.e.",
    name: "λ̂",
    importance: 3,
    cell: exponentText,
  },
];

/** What a list says of trainings, if there are any. */
const MEDIAN_TEST_LOSS: TableColumn<Run__Output> = {
  head: "median test loss",
  importance: 3,
  cell: medianTestLossText,
};

async function show(api: SimulationApi, name: string, flags: Flags): Promise<void> {
  const json = flags.json ?? false;
  if (isSweep(name)) {
    const sweep = await api.getSweep(name);
    if (!json) await print(`${sweepHeading(sweep)}\n`);
    await reportAny(api, sweep, json);
    return;
  }
  const run = await api.getRun(name);
  if (json) await printJson(runToJson(run));
  else await print(`${runText(run)}\n`);
}

async function watch(api: SimulationApi, name: string, flags: Flags): Promise<void> {
  const how = callFlags(api.address, flags);
  endOnSignal(() => interrupted(name, how));
  const options = {
    quiet: flags.quiet ?? false,
    clock: () => performance.now() / 1000,
    callFlags: how,
  };
  const { watchRun, watchSweep } = await import("../watching.ts");
  const json = flags.json ?? false;
  if (isSweep(name)) {
    const sweep = await watchSweep(api, name, options);
    if (!json) await print(`${sweepHeading(sweep)}\n`);
    await reportAny(api, sweep, json);
    assertSweepSucceeded(sweep);
  } else {
    const run = await watchRun(api, name, options);
    await reportRun(run, json);
    assertRunSucceeded(run);
  }
}

/** Prints a sweep, or what it has found where it is a study. */
async function reportAny(api: SimulationApi, sweep: Sweep__Output, json: boolean): Promise<void> {
  if (!isStudySweep(sweep)) {
    await reportSweep(sweep, json, true);
    return;
  }
  // Loaded only now: a study's default loss needs the tasks' data.
  const { reportOf } = await import("../studyRuns.ts");
  await reportStudy(sweep, await reportOf(api, sweep), json);
}

async function cancel(api: SimulationApi, name: string, flags: Flags): Promise<void> {
  endOnSignal(() => unheard(name, "cancelled", callFlags(api.address, flags)));
  if (isSweep(name)) {
    const sweep = await api.cancelSweep(name);
    if (flags.json === true) await printJson(sweepToJson(sweep));
    else await print(`${name} is ${shortName("state", sweep.state)}\n`);
    return;
  }
  const run = await api.cancelRun(name);
  if (flags.json === true) await printJson(runToJson(run));
  else await print(`${name} is ${shortName("state", run.state)}\n`);
}

async function extend(
  api: SimulationApi,
  name: string,
  flags: Flags & StoppingFlags,
): Promise<void> {
  const rule = parseStoppingRule(stoppingRuleInput(flags) ?? {}, QUANTITIES);
  endOnSignal(() => unheard(name, "extended", callFlags(api.address, flags)));
  if (rule.kind === "precision") await assertPropagated(api, name);
  if (isSweep(name)) await api.extendSweep(name, rule);
  else await api.extendRun(name, rule);
  await watch(api, name, flags);
}

/** The precision is of λ̂ and σ̂², which only runs that propagate networks estimate. */
async function assertPropagated(api: SimulationApi, name: string): Promise<void> {
  const runs = isSweep(name) ? (await api.getSweep(name)).runs : [await api.getRun(name)];
  const other = runs.find((run) => isOtherKind(run) && !isLost(run));
  if (other === undefined) return;
  throw new InputError(
    `--precision, --variance-precision: ${other.name} estimates neither λ nor σ²; give --replicas`,
  );
}
