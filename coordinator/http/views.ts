import { setImmediate as yieldToOthers } from "node:timers/promises";

import type { RunJson, SweepJson } from "../../shared/wire/json.ts";
import type { Charts } from "../../shared/wire/pageJson.ts";
import { DamagedRecord, type SweepRecord } from "../ledger/ledger.ts";
import type { SimulationReads } from "../simulations/reads.ts";
import type { WorkCount } from "../simulations/workCount.ts";
import { chartsOf } from "./charts.ts";
import { EndedRuns } from "./endedRuns.ts";
import { fleetView } from "./fleetView.ts";
import { Histories } from "./histories.ts";
import { armOf } from "../../shared/studies/arm.ts";
import { learningCurve } from "../../shared/studies/learningCurve.ts";
import { chosenRuns, isStudy } from "../../shared/studies/studyReport.ts";
import type { LearningCurve } from "../../shared/wire/pageJson.ts";
import { runJson } from "./resourceJson.ts";
import { sweepHeading } from "./sweepHeading.ts";

/** Something with a name, such as `runs/4f0c`. */
interface Resource {
  readonly name: string;
}

/** The content of a page: named resources in their order, and what belongs to none of them. */
export interface View {
  readonly rest: Readonly<Record<string, unknown>>;
  readonly resources: readonly Resource[];
}

/** Which view is asked for, and which page of it where it has pages. */
export interface Viewed {
  /** `overview`, `fleet`, `runs/{id}` or `sweeps/{id}`. */
  readonly view: string;
  readonly pageToken: string;
}

const NO_CHARTS: Charts = { history: [], depths: [], fluctuations: null };
const OVERVIEW_SWEEPS = 10;
const OVERVIEW_RUNS = 25;
const FLEET_WORKERS = 100;
/** Runs that are looked at in one go: workers are waiting for their leases. */
const RUNS_AT_A_TIME = 32;
/** Summaries kept, of some kilobytes each. */
const MAXIMUM_SUMMARIES = 8192;
/** Counts kept: a page of sweeps is about tens of thousands of runs. */
const MAXIMUM_WORK_COUNTS = 65_536;
/** Learning curves kept: those of some studies. */
const MAXIMUM_CURVES = 512;

interface KeptCurve {
  readonly state: string | undefined;
  readonly curve: LearningCurve;
}

/** Makes the content of pages, as it is now. */
export class Views {
  readonly #reads: SimulationReads;
  /** Runs without their checkpoints. */
  readonly #summaries: EndedRuns<RunJson>;
  readonly #workCounts: EndedRuns<WorkCount>;
  readonly #curves: EndedRuns<KeptCurve>;
  readonly #histories: Histories;

  constructor(reads: SimulationReads) {
    this.#reads = reads;
    this.#summaries = new EndedRuns(reads, MAXIMUM_SUMMARIES, async (run) =>
      runJson(await reads.runSummary(run)),
    );
    this.#workCounts = new EndedRuns(reads, MAXIMUM_WORK_COUNTS, (run) => reads.workCount(run));
    this.#curves = new EndedRuns(reads, MAXIMUM_CURVES, async (name) => {
      const run = runJson(await reads.run(name));
      return { state: run.state, curve: learningCurve(run) };
    });
    this.#histories = new Histories(reads);
  }

  /** @throws ApiError NOT_FOUND; InvalidPageToken */
  async of({ view, pageToken }: Viewed): Promise<View> {
    if (view.startsWith("runs/")) return this.#run(view);
    if (view.startsWith("sweeps/")) return this.#sweep(view);
    return view === "fleet" ? this.#fleet(pageToken) : this.#overview(pageToken);
  }

  /** The charts of a run's page. @throws ApiError NOT_FOUND */
  async charts(name: string) {
    const { specification, sums } = await this.#reads.foldedRun(name);
    return chartsOf(specification, sums, this.#histories.of(name));
  }

  /** The later pages of the overview have only runs. */
  async #overview(pageToken: string): Promise<View> {
    const reads = this.#reads;
    const { names, nextPageToken } = await reads.runNames(OVERVIEW_RUNS, pageToken);
    const sweeps = pageToken === "" ? await reads.sweepRecords(OVERVIEW_SWEEPS, "") : undefined;
    const { workers: _workers, nextPageToken: _next, ...fleet } = fleetView(reads, 0, "");
    const headings: SweepJson[] = [];
    for (const record of sweeps?.records ?? []) headings.push(await this.#heading(record));
    return {
      rest: { fleet, nextPageToken },
      resources: [...headings, ...(await inTurn(names, (name) => this.#summaries.of(name)))],
    };
  }

  async #run(name: string): Promise<View> {
    const run = runJson(await this.#reads.run(name));
    const charts = await this.charts(name).catch((error: unknown) => {
      // Nothing is known of a damaged run that could be drawn; the run says so itself.
      if (error instanceof DamagedRecord) return NO_CHARTS;
      throw error;
    });
    return { rest: { charts }, resources: [run] };
  }

  async #sweep(name: string): Promise<View> {
    const record = await this.#reads.sweepRecord(name);
    const heading = await this.#heading(record);
    const runs = await inTurn(record.runs, (run) => this.#summaries.of(run));
    const rest = isStudy(runs) ? { curves: await this.#curvesOf(runs) } : {};
    return { rest, resources: [heading, ...runs] };
  }

  /** The curves of the arms of a study that are its initializations' best. */
  async #curvesOf(runs: readonly RunJson[]): Promise<LearningCurve[]> {
    const arms = runs.flatMap((run) => armOf(run) ?? []);
    const kept = await inTurn(chosenRuns(arms), (run) => this.#curves.of(run));
    return kept.map(({ curve }) => curve);
  }

  #fleet(pageToken: string): View {
    const { workers, ...rest } = fleetView(this.#reads, FLEET_WORKERS, pageToken);
    return { rest, resources: workers };
  }

  async #heading(record: SweepRecord): Promise<SweepJson> {
    return sweepHeading(record, await inTurn(record.runs, (name) => this.#workCounts.of(name)));
  }
}

/** Looks at one item after the other, with pauses for others to have their turn. */
async function inTurn<Item, Result>(
  items: readonly Item[],
  look: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (const [i, item] of items.entries()) {
    if (i % RUNS_AT_A_TIME === RUNS_AT_A_TIME - 1) await yieldToOthers();
    results.push(await look(item));
  }
  return results;
}
