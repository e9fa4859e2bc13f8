import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";

import { SimulationApi } from "../../client/sdk/api.ts";
import { Crowd, type CrowdSize } from "../../bench/crowd.ts";
import { slow } from "../support/tiers/tiers.ts";
import { firstEvent } from "./support/firstEvent.ts";
import { startPaged, type PagedCoordinator } from "./support/pages.ts";

const SMALL: CrowdSize = { workers: 10, sweeps: 3, runsPerSweep: 10, endedSweeps: 1 };
const LARGE: CrowdSize = { workers: 1000, sweeps: 5, runsPerSweep: 2000, endedSweeps: 2 };
const MEBIBYTE = 2 ** 20;

/** A coordinator with a page and metrics, kept busy by a crowd. */
class Crowded implements AsyncDisposable {
  readonly served: PagedCoordinator;
  readonly crowd: Crowd;
  readonly #metrics: string;
  readonly #api: SimulationApi;

  private constructor(served: PagedCoordinator, metrics: string, api: SimulationApi, crowd: Crowd) {
    this.served = served;
    this.#metrics = metrics;
    this.#api = api;
    this.crowd = crowd;
  }

  static async start(size: CrowdSize): Promise<Crowded> {
    const served = await startPaged(["--ledger", "memory", "--metrics", "127.0.0.1:0"]);
    const [, metrics] = await served.coordinator.said(/metrics at (http:[\w.:/]+)/);
    const api = new SimulationApi(served.address);
    const crowd = await Crowd.gather(api, served.address, size);
    return new Crowded(served, String(metrics), api, crowd);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.crowd[Symbol.dispose]();
    this.#api.close();
    await this.served[Symbol.asyncDispose]();
  }

  /** Scrapes the metrics once all workers are there and `runs` runs advance. */
  async scrape(workers: number, runs: number): Promise<string> {
    for (;;) {
      const text = await (await fetch(this.#metrics)).text();
      const isComplete =
        text.includes(`lyapunov_workers{state="present"} ${workers}\n`) &&
        namesOf(text, "lyapunov_run_seconds_left").length >= runs;
      if (isComplete) return text;
      await delay(100);
    }
  }

  async view(view: string) {
    const event = await firstEvent(`${this.served.page}/api/events?view=${view}`);
    const data = JSON.parse(/^data: (.*)$/m.exec(event)?.[1] ?? "") as {
      readonly rest: Record<string, unknown>;
      readonly order: readonly string[];
      readonly changed: readonly unknown[];
    };
    return { ...data, bytes: event.length };
  }
}

/** The runs for which a metric has values. */
function namesOf(text: string, metric: string): string[] {
  return [...text.matchAll(new RegExp(`^${metric}\\{run="([^"]+)"\\}`, "gm"))].map(([, run]) =>
    String(run),
  );
}

/** Names and labels of our own samples, whatever the run; Node's own vary with what happens. */
function series(text: string): Set<string> {
  const samples = text.split("\n").filter((line) => line.startsWith("lyapunov_"));
  return new Set(samples.map((line) => line.replace(/ \S+$/, "").replace(/run="[^"]+"/, "run")));
}

const crowd = slow("take a minute: a thousand workers and ten thousand runs");

crowd.describe("a thousand workers and ten thousand runs", () => {
  let small: string;
  let crowded: Crowded;

  before(async function () {
    this.timeout(240_000);
    await using few = await Crowded.start(SMALL);
    small = await few.scrape(SMALL.workers, 20);
    crowded = await Crowded.start(LARGE);
  });
  after(async () => {
    await crowded[Symbol.asyncDispose]();
  });

  it("are scraped like few: the same series, with the estimates of 20 runs", async () => {
    const text = await crowded.scrape(LARGE.workers, 20);
    assert.deepEqual([...series(text).difference(series(small))], []);
    assert.equal(namesOf(text, "lyapunov_run_progress_ratio").length, 20);
    assert.ok(text.length < MEBIBYTE / 8, `${text.length} bytes`);
    const states = [...text.matchAll(/^lyapunov_runs\{state="(\w+)"\} (\d+)$/gm)];
    const unfinished = states.reduce((sum, [, , count]) => sum + Number(count), 0);
    assert.equal(unfinished, 3 * LARGE.runsPerSweep);
    assert.match(text, /^lyapunov_runs_ended_total\{state="cancelled"\} 4000$/m);
  });

  it("are shown page by page", async function patient() {
    // A busy coordinator on a machine that is busy with other tests takes its time.
    this.timeout(600_000);
    const overview = await crowded.view("overview");
    assert.deepEqual(
      overview.order.filter((name) => name.startsWith("sweeps/")),
      crowded.crowd.sweeps.toReversed(),
    );
    assert.equal(overview.changed.length, overview.order.length);
    assert.equal(overview.order.length, LARGE.sweeps + 25);
    assert.ok(overview.bytes < MEBIBYTE / 4, `${overview.bytes} bytes`);
    const headings = overview.changed.slice(0, LARGE.sweeps) as {
      readonly runCount: number;
      readonly endedRunCount: number;
    }[];
    assert.deepEqual(
      headings.map(({ runCount, endedRunCount }) => [runCount, endedRunCount]),
      [0, 0, 0, 2000, 2000].map((ended) => [2000, ended]),
    );

    const fleet = await crowded.view("fleet");
    assert.equal(fleet.order.length, 100);
    assert.equal(fleet.rest["workerCount"], LARGE.workers);
    assert.ok(fleet.bytes < MEBIBYTE / 4, `${fleet.bytes} bytes`);
  });
});
