/**
 * How fast the kernels propagate beside the libraries that people would use, on one core:
 * `node bench/kernels.ts --help`.
 *
 * Contenders take turns in every round, so that a busy moment of the machine hits all alike. Only
 * processor time counts. Tables go to standard error, JSON to standard output and, with a picture,
 * to files.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { renderSvg } from "../client/cli/presentation/svg.ts";
import { PROCESSOR_BACKENDS, type ProcessorBackend } from "../shared/specification/backends.ts";
import type { Backend } from "../worker/backends/backend.ts";
import { loadBackend } from "../worker/backends/registry.ts";
import { measuredBar, printBars } from "./bars.ts";
import { cases, isOurs, isPeers, WIDTHS, type Case, type OwnCase, type PeerCase } from "./cases.ts";
import { kernelBars, type Rates } from "./kernelBars.ts";
import { kernelPlot } from "./kernelPlot.ts";
import { commandLine, describeMachine, pinTo } from "./machine.ts";
import { OwnKernel } from "./ownKernel.ts";
import { PYTHON_VARIABLE, startPeers, type Library, type Peer } from "./peers.ts";
import { printTable, readable, report, RESULTS_FOLDER } from "./results.ts";
import { ratios, summarize, type Summary } from "./statistics.ts";

const USAGE = `usage: [${PYTHON_VARIABLE}=PYTHON] node bench/kernels.ts
  [--rounds 9] [--seconds 0.2, of processor time in a round] [--core 0] [--widths ${WIDTHS.join(",")}]
  [--results ${RESULTS_FOLDER}]
`;

interface Timed {
  readonly replicaLayers: number;
  readonly seconds: number;
  readonly exponent: number | null;
  readonly way?: string;
  readonly ways?: Readonly<Record<string, number>>;
}

interface Timer extends Case {
  readonly measure: (seconds: number) => Promise<Timed>;
}

interface Measured extends Rates {
  readonly exponent: number | null;
  readonly way?: string;
  readonly ways?: Readonly<Record<string, number>>;
}

const { values: flags } = parseArgs({
  options: {
    rounds: { type: "string", default: "9" },
    seconds: { type: "string", default: "0.2" },
    core: { type: "string", default: "0" },
    widths: { type: "string", default: WIDTHS.join() },
    results: { type: "string", default: RESULTS_FOLDER },
    help: { type: "boolean", default: false },
  },
});

if (flags.help) process.stdout.write(USAGE);
else await benchmark();

async function benchmark(): Promise<void> {
  const rounds = Number(flags.rounds);
  const seconds = Number(flags.seconds);
  const core = pinTo(Number(flags.core)) ? Number(flags.core) : null;
  if (core === null)
    process.stderr.write("not pinned to a core: taskset (util-linux) is missing\n");
  const peers = await startPeers();
  const versions = Object.fromEntries(peers.map(({ library, version }) => [library, version]));
  const measured = await takeTurns(await timers(peers), rounds, seconds);
  for (const peer of peers) peer[Symbol.dispose]();

  const bars = kernelBars(measured).map(measuredBar);
  const rates = measured.map(({ replicaLayerRates, ...contender }) => ({
    ...contender,
    replicaLayersPerSecond: summarize(replicaLayerRates),
    weightsPerSecond: weightsPerSecond(contender, replicaLayerRates),
    replicaLayerRates,
  }));
  const comparisons = compare(measured);

  printTable(
    "Rates on one core (medians ± half the interquartile range)",
    ["weights", "sampling", "contender", "width", "replica-layers/s", "±", "weights/s"],
    rates.map(({ weights, sampling, contender, width, ...rate }) => [
      weights,
      sampling,
      contender,
      width,
      readable(rate.replicaLayersPerSecond.median),
      spread(rate.replicaLayersPerSecond),
      rate.weightsPerSecond === null ? "" : readable(rate.weightsPerSecond.median),
    ]),
    3,
  );
  printTable(
    "simd ÷ peer (medians of ratios round by round ± half the interquartile range)",
    ["weights", "peer", "width", "ratio", "±"],
    comparisons.map(({ weights, over, width, ...ratio }) => [
      weights,
      over,
      width,
      ratio.median.toFixed(2),
      spread(ratio),
    ]),
    2,
  );
  printBars(bars);

  const machine = describeMachine();
  await report(flags.results, "kernels.json", {
    measuredAt: new Date().toISOString(),
    command: commandLine("bench/kernels.ts"),
    machine,
    core,
    libraries: versions,
    rounds,
    secondsInRound: seconds,
    bars,
    ratios: comparisons,
    rates,
  });
  const points = rates.flatMap(({ weightsPerSecond: rate, ...point }) =>
    rate === null ? [] : [{ ...point, weightsPerSecond: rate.median }],
  );
  const title = `${machine.processor}, Node ${machine.node}${list(versions)}`;
  await writeFile(join(flags.results, "kernels.svg"), await renderSvg(kernelPlot(points, title)));
}

/** Makes a timer for every case, in the order of their turns. */
async function timers(peers: readonly Peer[]): Promise<Timer[]> {
  const backends = Object.fromEntries(
    await Promise.all(
      PROCESSOR_BACKENDS.map(async (name) => [name, await loadBackend(name)] as const),
    ),
  ) as Record<ProcessorBackend, Backend>;
  const byLibrary = new Map(peers.map((peer) => [peer.library, peer]));
  const widths = flags.widths.split(",").map(Number);
  return cases(widths, [...byLibrary.keys()]).map((contender): Timer => {
    if (isOurs(contender)) return ownTimer(contender, backends[contender.contender]);
    if (isPeers(contender)) return peerTimer(contender, byLibrary);
    throw new Error(`${contender.contender} cannot be timed`);
  });
}

function ownTimer(contender: OwnCase, backend: Backend): Timer {
  const kernel = new OwnKernel(contender, backend);
  let calibrated = false;
  return {
    ...contender,
    measure: async (seconds) => {
      if (!calibrated) await kernel.calibrate(seconds);
      calibrated = true;
      return kernel.measure(seconds);
    },
  };
}

function peerTimer(contender: PeerCase, peers: ReadonlyMap<Library, Peer>): Timer {
  const { weights: law, width, library, packed } = contender;
  return {
    ...contender,
    measure: async (seconds) => {
      const answer = await (peers.get(library) as Peer).measure({ law, width, seconds, packed });
      return { ...answer, replicaLayers: answer.weights / width ** 2 };
    },
  };
}

/** Runs one round to calibrate and to warm up, then the rounds that count. */
async function takeTurns(
  contenders: readonly Timer[],
  rounds: number,
  seconds: number,
): Promise<Measured[]> {
  const turns: Timed[][] = contenders.map(() => []);
  for (let round = 0; round <= rounds; round++) {
    process.stderr.write(round === 0 ? "calibrating\n" : `round ${round} of ${rounds}\n`);
    for (const [i, { measure }] of contenders.entries()) {
      const timed = await measure(seconds);
      if (round > 0) turns[i]?.push(timed);
    }
  }
  return contenders.map(({ measure: _, ...contender }, i) => {
    const own = turns[i] ?? [];
    const { way, ways } = own[0] ?? {};
    const exponents = own.map(({ exponent }) => exponent ?? NaN);
    const exponent = exponents.reduce((sum, value) => sum + value, 0) / own.length;
    return {
      ...contender,
      replicaLayerRates: own.map((turn) => turn.replicaLayers / turn.seconds),
      exponent: Number.isFinite(exponent) ? exponent : null,
      ...(way !== undefined && ways !== undefined && { way, ways }),
    };
  });
}

/** The rate in weights a second; null where no weights are drawn. */
function weightsPerSecond(
  { sampling, width }: Case,
  replicaLayerRates: readonly number[],
): Summary | null {
  if (sampling === "isotropic") return null;
  return summarize(replicaLayerRates.map((rate) => rate * width ** 2));
}

interface Comparison extends Summary {
  readonly weights: string;
  readonly width: number;
  readonly over: string;
}

/** Rates of our kernels divided by those of every peer on the same law and width. */
function compare(measured: readonly Measured[]): Comparison[] {
  return measured.flatMap(({ contender: over, weights, width, replicaLayerRates }) => {
    const ours = measured.find(
      (other) =>
        other.contender === "simd" &&
        other.sampling === "dense" &&
        other.weights === weights &&
        other.width === width,
    );
    if (ours === undefined || over === "simd" || over === "reference") return [];
    const ratio = summarize(ratios(ours.replicaLayerRates, replicaLayerRates));
    return [{ weights, width, over, ...ratio }];
  });
}

function spread({ median, halfInterquartileRange }: Summary): string {
  return `${((100 * halfInterquartileRange) / median).toFixed(1)} %`;
}

function list(versions: Readonly<Record<string, string>>): string {
  return Object.entries(versions)
    .map(([library, version]) => `, ${library} ${version}`)
    .join("");
}
