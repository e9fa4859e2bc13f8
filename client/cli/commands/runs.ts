import { performance } from "node:perf_hooks";

import Table from "cli-table3";
import type { Command } from "commander";

import { QUANTITIES } from "../../../shared/kinds/propagation/specification.ts";
import { parseStoppingRule } from "../../../shared/specification/stoppingRuleInput.ts";
import { shortName } from "../../../shared/wire/enumerations.ts";
import type { Run__Output } from "../../../shared/wire/generated/lyapunov/v1/Run.ts";
import type { SimulationApi } from "../../sdk/api.ts";
import { runToJson, sweepToJson } from "../../../shared/wire/json.ts";
import { stoppingRuleInput, type StoppingFlags } from "../../sdk/runInput.ts";
import { callFlags } from "../connectionFlags.ts";
import { addStoppingFlags } from "../networkFlags.ts";
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
import { flag, integerFrom } from "../readers.ts";
import { endOnSignal } from "../signals.ts";
import { isSweep } from "../names.ts";
import { addNamed, withApi, withCluster, type NamedFlags } from "./named.ts";
import { addRunsExportCommand } from "./runsExport.ts";
import { addRunsPlotCommand } from "./runsPlot.ts";
import { print } from "../streams.ts";

const MAXIMUM_LIST = 100_000;

interface Flags extends NamedFlags {
  readonly json?: boolean;
}

/** `lyapunov runs`, with a subcommand for everything that is done to a run or a sweep. */
export function defineRuns(runs: Command): void {
  withJson(withCluster(runs.command("list")))
    .description("list runs, newest first")
    .addOption(
      flag("--limit <count>", "list at most this many", integerFrom(1, MAXIMUM_LIST)).default(50),
    )
    .action(async (_options, command: Command) => {
      const flags = command.optsWithGlobals<Flags & { readonly limit: number }>();
      await withApi(flags, (api) => list(api, flags.limit, flags.json ?? false));
    });
  withJson(addNamed<Flags>(runs, "show", "show a run or a sweep", show));
  withJson(addNamed<Flags>(runs, "watch", "watch a run or a sweep until it ends", watch));
  withJson(addNamed<Flags>(runs, "cancel", "cancel a run, or every run of a sweep", cancel));
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
    await printJson({ runs: runs.map(runToJson), nextPageToken: pageToken });
    return;
  }
  const table = new Table({
    head: ["name", "state", "sweep", "requested", "replicas", "λ̂", "s.e."],
    style: { head: [], border: [], compact: true },
  });
  for (const run of runs) {
    const estimate = exponentOf(run);
    table.push([
      run.name,
      shortName("state", run.state) ?? "",
      run.sweep,
      isOtherKind(run) ? parametersLabel(run) : networkLabel(run),
      run.replicaCount,
      estimate?.estimate?.toPrecision(6) ?? "–",
      estimate?.standardError?.toPrecision(2) ?? "–",
    ]);
  }
  await print(`${table.toString()}\n`);
}

async function show(api: SimulationApi, name: string, flags: Flags): Promise<void> {
  const json = flags.json ?? false;
  if (isSweep(name)) {
    const sweep = await api.getSweep(name);
    if (json) await printJson(sweepToJson(sweep));
    else await print(`${sweepText(sweep)}\n`);
    return;
  }
  const run = await api.getRun(name);
  if (json) await printJson(runToJson(run));
  else await print(`${runText(run)}\n`);
}

async function watch(api: SimulationApi, name: string, flags: Flags): Promise<void> {
  endOnSignal(() => `interrupted; ${name} continues`);
  const options = {
    quiet: flags.quiet ?? false,
    clock: () => performance.now() / 1000,
    callFlags: callFlags(api.address, flags),
  };
  const { watchRun, watchSweep } = await import("../watching.ts");
  const json = flags.json ?? false;
  if (isSweep(name)) {
    const sweep = await watchSweep(api, name, options);
    await reportSweep(sweep, json);
    assertSweepSucceeded(sweep);
  } else {
    const run = await watchRun(api, name, options);
    await reportRun(run, json);
    assertRunSucceeded(run);
  }
}

async function cancel(api: SimulationApi, name: string, flags: Flags): Promise<void> {
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
  if (isSweep(name)) await api.extendSweep(name, rule);
  else await api.extendRun(name, rule);
  await watch(api, name, flags);
}
