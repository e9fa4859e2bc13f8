import { performance } from "node:perf_hooks";

import Table from "cli-table3";
import type { Command } from "commander";

import { QUANTITIES } from "../../../shared/kinds/propagation/specification.ts";
import { parseStoppingRule } from "../../../shared/specification/stoppingRuleInput.ts";
import { shortName } from "../../../shared/wire/enumerations.ts";
import type { SimulationApi } from "../../sdk/api.ts";
import { runToJson, sweepToJson } from "../../../shared/wire/json.ts";
import { stoppingRuleInput, type StoppingFlags } from "../../sdk/runInput.ts";
import { callFlags } from "../connectionFlags.ts";
import { addStoppingFlags } from "../networkFlags.ts";
import { age } from "../presentation/age.ts";
import { isOtherKind, parametersLabel } from "../presentation/otherKind.ts";
import { printJson } from "../presentation/printJson.ts";
import {
  assertRunSucceeded,
  assertSweepSucceeded,
  reportRun,
  reportSweep,
  runText,
  sweepText,
} from "../presentation/report.ts";
import { networkLabel } from "../../../shared/charts/networkLabels.ts";
import { exponentOf } from "../../../shared/charts/verdict.ts";
import { interrupted, unheard } from "../parting.ts";
import { sweepHeading } from "../presentation/sweepHeading.ts";
import { endOnSignal } from "../signals.ts";
import { isSweep } from "../names.ts";
import { addList, allPages } from "./list.ts";
import { addNamed, type NamedFlags, type NamedParent } from "./named.ts";
import { addExportCommand } from "./runsExport.ts";
import { addPlotCommand } from "./runsPlot.ts";

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
  addStoppingFlags(withJson(addNamed<Flags & StoppingFlags>(parent, "extend", extended, extend)));
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
    printJson({ runs: runs.map(runToJson), nextPageToken });
    return;
  }
  const isTitled = runs.some(({ displayName }) => displayName !== "");
  const table = new Table({
    head: [
      "name",
      ...(isTitled ? ["display name"] : []),
      "age",
      "state",
      "sweep",
      "requested",
      "replicas",
      "λ̂",
      "s.e.",
    ],
    style: { head: [], border: [], compact: true },
  });
  for (const run of runs) {
    const estimate = exponentOf(run);
    table.push([
      run.name,
      ...(isTitled ? [run.displayName] : []),
      age(run.createTime, Date.now()),
      shortName("state", run.state) ?? "",
      run.sweep,
      isOtherKind(run) ? parametersLabel(run) : networkLabel(run),
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
    else process.stdout.write(`${sweepHeading(sweep)}\n${sweepText(sweep, true)}\n`);
    return;
  }
  const run = await api.getRun(name);
  if (json) printJson(runToJson(run));
  else process.stdout.write(`${runText(run)}\n`);
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
    if (!json) process.stdout.write(`${sweepHeading(sweep)}\n`);
    reportSweep(sweep, json, true);
    assertSweepSucceeded(sweep);
  } else {
    const run = await watchRun(api, name, options);
    reportRun(run, json);
    assertRunSucceeded(run);
  }
}

async function cancel(api: SimulationApi, name: string, flags: Flags): Promise<void> {
  endOnSignal(() => unheard(name, "cancelled", callFlags(api.address, flags)));
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
  endOnSignal(() => unheard(name, "extended", callFlags(api.address, flags)));
  if (isSweep(name)) await api.extendSweep(name, rule);
  else await api.extendRun(name, rule);
  await watch(api, name, flags);
}
