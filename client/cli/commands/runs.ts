import { performance } from "node:perf_hooks";

import Table from "cli-table3";
import type { Command } from "commander";

import { QUANTITIES } from "../../../shared/kinds/propagation/specification.ts";
import { parseStoppingRule } from "../../../shared/specification/stoppingRuleInput.ts";
import { shortName } from "../../../shared/wire/enumerations.ts";
import type { Run__Output } from "../../../shared/wire/generated/lyapunov/v1/Run.ts";
import type { SimulationApi } from "../../sdk/api.ts";
import { callFlags } from "../connection.ts";
import { runToJson, sweepToJson } from "../../../shared/wire/json.ts";
import { addStoppingFlags, integerUpTo } from "../options.ts";
import { printJson, reportRun, reportSweep } from "../presentation/report.ts";
import { gainLabel, weightsLabel } from "../../../shared/charts/numbers.ts";
import { runDetails } from "../presentation/runDetails.ts";
import { runTable } from "../presentation/runTable.ts";
import { exponentOf } from "../../../shared/charts/verdict.ts";
import { stoppingRuleInput, type StoppingFlags } from "../../sdk/runInput.ts";
import { endOnSignal } from "../signals.ts";
import { watchRun, watchSweep } from "../watching.ts";
import { addNamed, isSweep, withApi, withCluster, type NamedFlags } from "./named.ts";
import { addRunsExportCommand } from "./runsExport.ts";
import { addRunsPlotCommand } from "./runsPlot.ts";

const MAXIMUM_LIST = 100_000;

interface Flags extends NamedFlags {
  readonly json?: boolean;
}

export function addRunsCommand(program: Command): void {
  const runs = program
    .command("runs")
    .description("runs and sweeps of a cluster: list, show, watch, cancel, extend, plot, export");

  withJson(withCluster(runs.command("list")))
    .description("list runs, newest first")
    .option("--limit <count>", "at most so many", integerUpTo(MAXIMUM_LIST), 50)
    .action(async (_options, command: Command) => {
      const flags = command.optsWithGlobals<Flags & { readonly limit: number }>();
      await withApi(flags, (api) => list(api, flags.limit, flags.json ?? false));
    });
  withJson(addNamed<Flags>(runs, "show", "show a run or a sweep", show));
  withJson(addNamed<Flags>(runs, "watch", "watch a run or a sweep until it has ended", watch));
  withJson(addNamed<Flags>(runs, "cancel", "end a run, or every run of a sweep", cancel));
  const extended = "continue with more replicas or more precision";
  addStoppingFlags(withJson(addNamed<Flags & StoppingFlags>(runs, "extend", extended, extend)));
  addRunsPlotCommand(runs);
  addRunsExportCommand(runs);
}

function withJson(command: Command): Command {
  return command.option("--json", "print JSON on standard output");
}

async function list(api: SimulationApi, limit: number, json: boolean): Promise<void> {
  const runs: Run__Output[] = [];
  let pageToken = "";
  do {
    const page = await api.listRuns(Math.min(1000, limit - runs.length), pageToken);
    runs.push(...page.runs);
    pageToken = page.nextPageToken;
  } while (pageToken !== "" && runs.length < limit);
  if (json) {
    printJson({ runs: runs.map(runToJson), nextPageToken: pageToken });
    return;
  }
  const table = new Table({
    head: ["name", "state", "sweep", "network", "replicas", "λ̂", "s.e."],
    style: { head: [], border: [], compact: true },
  });
  for (const run of runs) {
    const estimate = exponentOf(run);
    table.push([
      run.name,
      shortName("state", run.state) ?? "",
      run.sweep,
      `${weightsLabel(run)} ${run.network?.width}×${run.network?.depth}, ` +
        `α ${run.network?.negativeSlope}, gain ${gainLabel(run)}`,
      run.replicaCount,
      estimate?.estimate?.toPrecision(6) ?? "–",
      estimate?.standardError?.toPrecision(2) ?? "–",
    ]);
  }
  process.stdout.write(`${table.toString()}\n`);
}

async function show(api: SimulationApi, name: string, flags: Flags): Promise<void> {
  const json = flags.json ?? false;
  if (isSweep(name)) {
    const sweep = await api.getSweep(name);
    if (json) printJson(sweepToJson(sweep));
    else process.stdout.write(`${runTable(sweep.runs)}\n`);
    return;
  }
  const run = await api.getRun(name);
  if (json) printJson(runToJson(run));
  else process.stdout.write(`${runDetails(run)}\n`);
}

async function watch(api: SimulationApi, name: string, flags: Flags): Promise<void> {
  endOnSignal(() => `interrupted; ${name} goes on`);
  const options = {
    quiet: flags.quiet ?? false,
    clock: () => performance.now() / 1000,
    callFlags: callFlags(flags.coordinator, flags),
  };
  const json = flags.json ?? false;
  if (isSweep(name)) reportSweep(await watchSweep(api, name, options), json);
  else reportRun(await watchRun(api, name, options), json);
}

async function cancel(api: SimulationApi, name: string, flags: Flags): Promise<void> {
  if (isSweep(name)) {
    const sweep = await api.cancelSweep(name);
    if (flags.json === true) printJson(sweepToJson(sweep));
    else process.stdout.write(`${name} is ${shortName("state", sweep.state)}\n`);
    return;
  }
  const run = await api.cancelRun(name);
  if (flags.json === true) printJson(runToJson(run));
  else process.stdout.write(`${name} is ${shortName("state", run.state)}\n`);
}

async function extend(
  api: SimulationApi,
  name: string,
  flags: Flags & StoppingFlags,
): Promise<void> {
  const rule = parseStoppingRule(stoppingRuleInput(flags) ?? {}, QUANTITIES);
  if (isSweep(name)) await api.extendSweep(name, rule);
  else await api.extendRun(name, rule);
  await watch(api, name, flags);
}
