import { setImmediate as yieldToOthers } from "node:timers/promises";

import type { SweepJson } from "../../shared/wire/json.ts";
import type { Simulations } from "../simulations/simulations.ts";
import type { Engine } from "../engine/engine.ts";
import type { Ledger, SweepRecord } from "../ledger/ledger.ts";
import { chartsOf } from "./charts.ts";
import { fleetView } from "./fleetView.ts";
import { Histories } from "./histories.ts";
import { runJson } from "./resourceJson.ts";
import { Summaries } from "./summaries.ts";
import { sweepHeading } from "./sweepHeading.ts";
import { Tallies } from "./workCounts.ts";

/** Something with a name, such as `runs/4f0c`. */
interface Resource {
  readonly name: string;
}

/** What a page shows: named resources in their order, and what belongs to none of them. */
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

const OVERVIEW_SWEEPS = 10;
const OVERVIEW_RUNS = 25;
const FLEET_WORKERS = 100;
/** Runs that are looked at in one go: workers are waiting for their leases. */
const RUNS_AT_A_TIME = 32;

export interface ViewOptions {
  readonly coordinator: Simulations;
  readonly engine: Engine;
  readonly ledger: Ledger;
  /** Seconds, the engine's. */
  readonly clock: () => number;
}

/** What pages show, as it is now. */
export class Views {
  readonly #options: ViewOptions;
  readonly #summaries: Summaries;
  readonly #tallies: Tallies;
  readonly #histories: Histories;

  constructor(options: ViewOptions) {
    this.#options = options;
    this.#summaries = new Summaries(options.coordinator, options.engine);
    this.#tallies = new Tallies(options.coordinator, options.engine, options.clock);
    this.#histories = new Histories(options.engine);
  }

  /** @throws ApiError NOT_FOUND; InvalidPageToken */
  async of({ view, pageToken }: Viewed): Promise<View> {
    if (view.startsWith("runs/")) return this.#run(view);
    if (view.startsWith("sweeps/")) return this.#sweep(view);
    return view === "fleet" ? this.#fleet(pageToken) : this.#overview(pageToken);
  }

  /** What a run's page draws. @throws ApiError NOT_FOUND */
  async charts(name: string) {
    const record = await this.#options.coordinator.runRecord(name);
    const folded = this.#options.engine.activeRun(name)?.progress.folded;
    const history = this.#histories.of(name);
    return chartsOf(record.specification, folded ?? record.outcome?.sums, history);
  }

  /** The later pages of the overview have runs alone. */
  async #overview(pageToken: string): Promise<View> {
    const { ledger, clock, engine } = this.#options;
    const runs = await ledger.runs(OVERVIEW_RUNS, pageToken);
    const sweeps = pageToken === "" ? await ledger.sweeps(OVERVIEW_SWEEPS, "") : undefined;
    const {
      workers: _workers,
      nextPageToken: _next,
      ...fleet
    } = fleetView(engine.fleet, clock(), 0, "");
    const headings: SweepJson[] = [];
    for (const record of sweeps?.records ?? []) headings.push(await this.#heading(record));
    const names = runs.records.map(({ name }) => name);
    return {
      rest: { fleet, nextPageToken: runs.nextPageToken },
      resources: [...headings, ...(await inTurn(names, (name) => this.#summaries.of(name)))],
    };
  }

  async #run(name: string): Promise<View> {
    const run = runJson(await this.#options.coordinator.run(name));
    return { rest: { charts: await this.charts(name) }, resources: [run] };
  }

  async #sweep(name: string): Promise<View> {
    const record = await this.#options.coordinator.sweepRecord(name);
    const heading = await this.#heading(record);
    const runs = await inTurn(record.runs, (run) => this.#summaries.of(run));
    return { rest: {}, resources: [heading, ...runs] };
  }

  #fleet(pageToken: string): View {
    const { engine, clock } = this.#options;
    const { workers, ...rest } = fleetView(engine.fleet, clock(), FLEET_WORKERS, pageToken);
    return { rest, resources: workers };
  }

  async #heading(record: SweepRecord): Promise<SweepJson> {
    return sweepHeading(record, await inTurn(record.runs, (name) => this.#tallies.of(name)));
  }
}

/** One after the other, with pauses for others to have their turn. */
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
