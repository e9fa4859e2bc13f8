/**
 * How quickly metrics and page answer beside a thousand workers and ten thousand runs:
 * `node bench/monitoring.ts --help`.
 */
import { performance } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";

import { SimulationApi } from "../client/sdk/api.ts";
import { firstEvent } from "../test/system/support/firstEvent.ts";
import { Command } from "./command.ts";
import { Crowd } from "./crowd.ts";
import { commandLine, describeMachine } from "./machine.ts";
import { resourcesOf } from "./resources.ts";
import { printTable, report, RESULTS_FOLDER } from "./results.ts";
import { summarize } from "./statistics.ts";

const USAGE = `usage: node bench/monitoring.ts (after npm run build)
  [--workers 1000] [--sweeps 5] [--runs-per-sweep 2000] [--ended-sweeps 2] [--rounds 15]
  [--results ${RESULTS_FOLDER}]
`;
/** Pause between questions: views are made anew after it, even if no run has changed. */
const ROUND_MILLISECONDS = 3500;

const { values: flags } = parseArgs({
  options: {
    workers: { type: "string", default: "1000" },
    sweeps: { type: "string", default: "5" },
    "runs-per-sweep": { type: "string", default: "2000" },
    "ended-sweeps": { type: "string", default: "2" },
    rounds: { type: "string", default: "15" },
    results: { type: "string", default: RESULTS_FOLDER },
    help: { type: "boolean", default: false },
  },
});

if (flags.help) process.stdout.write(USAGE);
else await benchmark();

interface Asked {
  readonly milliseconds: number;
  readonly bytes: number;
  /** Processor time of the coordinator while it answered. */
  readonly processorMilliseconds: number;
}

async function benchmark(): Promise<void> {
  await using coordinator = new Command(
    "serve --listen 127.0.0.1:0 --http 127.0.0.1:0 --metrics 127.0.0.1:0 --ledger memory".split(
      " ",
    ),
  );
  const address = await coordinator.said(/listening on (\S+)\n/);
  const page = await coordinator.said(/page at (\S+)\n/);
  const metrics = await coordinator.said(/metrics at (http:[\w.:/]+)/);
  const api = new SimulationApi(address);
  using crowd = await Crowd.gather(api, address, {
    workers: Number(flags.workers),
    sweeps: Number(flags.sweeps),
    runsPerSweep: Number(flags["runs-per-sweep"]),
    endedSweeps: Number(flags["ended-sweeps"]),
  });
  const [run] = (await api.listRuns(1, "")).runs;
  api.close();
  const sweep = String(crowd.sweeps.at(-1));
  const events = (view: string) => firstEvent(`${page}/api/events?view=${view}`);
  const questions: Readonly<Record<string, () => Promise<string>>> = {
    "metrics, a scrape": () => textOf(metrics),
    "page, overview": () => events("overview"),
    "page, fleet": () => events("fleet"),
    "page, a run": () => events(String(run?.name)),
    "page, a sweep": () => events(sweep),
    "/api/runs, 50 of them": () => textOf(`${page}/api/runs?pageSize=50`),
  };
  const { pid } = coordinator;
  const answers = Object.fromEntries(Object.keys(questions).map((name) => [name, [] as Asked[]]));
  const first: Record<string, Asked> = {};
  for (let round = 0; round <= Number(flags.rounds); round++) {
    process.stderr.write(`round ${round} of ${flags.rounds}\n`);
    for (const [name, question] of Object.entries(questions)) {
      const asked = await ask(pid, question);
      if (round === 0) first[name] = asked;
      else answers[name]?.push(asked);
    }
    await delay(ROUND_MILLISECONDS);
  }
  const rows = Object.entries(answers).map(([name, all]) => ({
    name,
    milliseconds: summarize(all.map(({ milliseconds }) => milliseconds)),
    worstMilliseconds: Math.max(...all.map(({ milliseconds }) => milliseconds)),
    firstMilliseconds: first[name]?.milliseconds,
    processorMilliseconds: summarize(all.map((asked) => asked.processorMilliseconds)),
    bytes: all.at(-1)?.bytes,
  }));
  printTable(
    `${flags.workers} workers, ${Number(flags.sweeps) * Number(flags["runs-per-sweep"])} runs (medians)`,
    ["", "ms", "worst", "the first time", "kB"],
    rows.map((row) => [
      row.name,
      row.milliseconds.median.toFixed(1),
      row.worstMilliseconds.toFixed(1),
      (row.firstMilliseconds ?? NaN).toFixed(1),
      ((row.bytes ?? NaN) / 1000).toFixed(1),
    ]),
  );
  await report(flags.results, "monitoring.json", {
    measuredAt: new Date().toISOString(),
    command: commandLine("bench/monitoring.ts"),
    machine: describeMachine(),
    workers: Number(flags.workers),
    runs: Number(flags.sweeps) * Number(flags["runs-per-sweep"]),
    rows,
  });
}

async function ask(pid: number, question: () => Promise<string>): Promise<Asked> {
  const before = await resourcesOf(pid);
  const start = performance.now();
  const { length: bytes } = await question();
  const milliseconds = performance.now() - start;
  const after = await resourcesOf(pid);
  return {
    milliseconds,
    bytes,
    processorMilliseconds: (after.processorSeconds - before.processorSeconds) * 1000,
  };
}

async function textOf(url: string): Promise<string> {
  return (await fetch(url)).text();
}
