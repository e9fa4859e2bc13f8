import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { status as Code, type ServiceError } from "@grpc/grpc-js";

import { SimulationApi } from "../../client/sdk/api.ts";
import { openSqliteLedger } from "../../coordinator/ledger/sqliteLedger.ts";
import type { StoppingRule } from "../../shared/specification/stoppingRule.ts";
import type { Run, Run__Output } from "../../shared/wire/generated/lyapunov/v1/Run.ts";
import { hasEnded, stateOf } from "../../shared/wire/runStates.ts";
import { stoppingRuleToMessage } from "../../shared/wire/stoppingRuleMessages.ts";
import { readDetails } from "../../shared/wire/errorDetails.ts";
import { specificationToMessage } from "../../shared/kinds/propagation/messages.ts";
import { coinRun, COIN_SHARD_SIZE } from "../support/coin/coinKind.ts";
import { PostgresServer } from "../support/postgres.ts";
import { freePort } from "../support/ports.ts";
import { specificationWith } from "../support/specifications.ts";
import { needing, slow } from "../support/tiers/tiers.ts";
import { startBrowser } from "./support/browser.ts";
import { startPaged } from "./support/pages.ts";
import { Started } from "./support/processes.ts";

const BIAS = 0.3;
/** A run whose shards take a tenth of a second or two. */
const COIN = coinRun({ bias: BIAS, tosses: 100_000 });
const RUN: Run = { ...COIN, seed: "11" };

function toPrecision(bias: number): StoppingRule {
  const bounds = { minimumReplicaCount: COIN_SHARD_SIZE, maximumReplicaCount: 2 ** 20 };
  return { kind: "precision", precision: { bias, ...bounds } };
}

/** A rule that is met after some ten shards; the standard error of a toss is √(0.3 · 0.7). */
const RULE = toPrecision(Math.sqrt((BIAS * (1 - BIAS)) / (100_000 * 10.5 * COIN_SHARD_SIZE)));
/** A rule that is met after some fourteen shards. */
const LONGER_RULE = toPrecision(
  Math.sqrt((BIAS * (1 - BIAS)) / (100_000 * 14.5 * COIN_SHARD_SIZE)),
);

/** A coordinator and a worker that know coins, each a process of its own that can be killed. */
class CoinCluster implements AsyncDisposable {
  readonly api: SimulationApi;
  readonly #address: string;
  readonly #place: string;
  #coordinator: Started;
  #worker: Started;

  private constructor(address: string, place: string) {
    this.#address = address;
    this.#place = place;
    this.api = new SimulationApi(address);
    this.#coordinator = this.#startCoordinator();
    this.#worker = this.#startWorker();
  }

  static async start(place: string): Promise<CoinCluster> {
    const cluster = new CoinCluster(`127.0.0.1:${await freePort()}`, place);
    await cluster.#coordinator.said(/listening/, "stdout");
    return cluster;
  }

  /** Address of the coordinator's page, such as `http://127.0.0.1:40123`. */
  async page(): Promise<string> {
    const [, page] = await this.#coordinator.said(/page (\S+)/, "stdout");
    return String(page);
  }

  async killCoordinator(): Promise<void> {
    this.#coordinator.signal("SIGKILL");
    await this.#coordinator.ended;
    this.#coordinator = this.#startCoordinator();
    await this.#coordinator.said(/listening/, "stdout");
  }

  async killWorker(): Promise<void> {
    this.#worker.signal("SIGKILL");
    await this.#worker.ended;
    this.#worker = this.#startWorker();
  }

  async create(run: Run, rule: StoppingRule): Promise<string> {
    const message = { ...run, stoppingRule: stoppingRuleToMessage(rule) };
    return (await this.api.createRun(message, "")).name;
  }

  /** Resolves once the run has as many shards recorded, or has ended. */
  async watch(name: string, shards: number): Promise<Run__Output> {
    for (;;) {
      const run = await this.api.getRun(name);
      const recorded = run.progress?.completedShardCount ?? 0;
      if (recorded >= shards || hasEnded(stateOf(run))) return run;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async ended(name: string): Promise<Run__Output> {
    return this.watch(name, Infinity);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.api.close();
    const both = [this.#worker, this.#coordinator];
    await Promise.all(both.map((started) => started[Symbol.asyncDispose]()));
  }

  #startCoordinator(): Started {
    return script("coinCoordinator.ts", this.#address, this.#place);
  }

  #startWorker(): Started {
    return script("threadWorker.ts", this.#address, "coinThread.ts");
  }
}

function script(name: string, ...args: readonly string[]): Started {
  const path = new URL(`support/${name}`, import.meta.url).pathname;
  return new Started(process.execPath, [path, ...args]);
}

/** The parts of a run that must not depend on what happened on the way. */
function answerOf({ state, replicaCount, shardCount, estimates, stoppingRule }: Run__Output) {
  return { state, replicaCount, shardCount, estimates, stoppingRule };
}

describe("a kind of run that only tests know: tossing a coin until its bias is known", () => {
  let folder: string;
  let expected: Run__Output;
  let expectedLonger: Run__Output;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "lyapunov-kinds-"));
    await using undisturbed = await CoinCluster.start("memory");
    expected = await undisturbed.ended(await undisturbed.create(RUN, RULE));
    expectedLonger = await undisturbed.ended(await undisturbed.create(RUN, LONGER_RULE));
  });
  after(async () => {
    await rm(folder, { recursive: true });
  });

  it("finds the bias to the precision that was asked for, with an interval", () => {
    assert.equal(expected.state, "RUN_STATE_SUCCEEDED");
    assert.ok(expected.shardCount >= 9 && expected.shardCount <= 13, String(expected.shardCount));
    assert.ok(expectedLonger.shardCount > expected.shardCount);
    const { estimate = NaN, standardError = NaN } = expected.estimates["bias"] ?? {};
    // Five standard errors: a false alarm once in two million seeds, and the seed is fixed.
    assert.ok(Math.abs(estimate - BIAS) < 5 * standardError, `${estimate} ± ${standardError}`);
    assert.deepEqual(
      [expected.lyapunovExponent, expected.network, expected.checkpoints],
      [null, null, []],
    );
  });

  const elsewhere = slow("take a coin through its coordinator's and its worker's deaths");
  elsewhere.it("comes to the same bits by SQLite, killed and resumed, and extended", async () => {
    await survives(join(folder, "ledger.sqlite"));
  });

  needing("postgresql").it(
    "comes to the same bits by PostgreSQL, killed and resumed, and extended",
    async () => {
      await using server = await PostgresServer.start();
      await survives(await server.createDatabase());
    },
  );

  async function survives(place: string): Promise<void> {
    await using cluster = await CoinCluster.start(place);
    const name = await cluster.create(RUN, RULE);
    await cluster.watch(name, 3);
    await cluster.killCoordinator();
    const resumed = await cluster.watch(name, 5);
    assert.ok(!hasEnded(stateOf(resumed)), "it ended before it could be killed a second time");
    await cluster.killWorker();
    assert.deepEqual(answerOf(await cluster.ended(name)), answerOf(expected));
    // A run that has ended is read from the ledger again, and goes on from there.
    await cluster.killCoordinator();
    await cluster.api.extendRun(name, LONGER_RULE);
    assert.deepEqual(answerOf(await cluster.ended(name)), answerOf(expectedLonger));
  }

  it("shares its cluster with random networks", async () => {
    await using cluster = await CoinCluster.start("memory");
    const coin = await cluster.create(RUN, { kind: "replicas", replicaCount: COIN_SHARD_SIZE });
    const specification = specificationWith({ stoppingRule: { replicaCount: 64 } });
    const { name } = await cluster.api.createRun(specificationToMessage(specification), "");
    assert.equal((await cluster.ended(name)).state, "RUN_STATE_SUCCEEDED");
    assert.equal((await cluster.ended(coin)).state, "RUN_STATE_SUCCEEDED");
  });

  needing("chromium").it(
    "is on the page, with what it was asked for and its estimate",
    async () => {
      await using cluster = await CoinCluster.start("memory");
      const name = await cluster.create(RUN, toPrecision(0.01));
      await cluster.ended(name);
      await using browser = await startBrowser();
      const page = await browser.newPage();
      const complaints: string[] = [];
      page.on("pageerror", ({ message }) => complaints.push(message));
      await page.goto(await cluster.page());
      await page.getByRole("link", { name }).click();
      await page.getByText("kind 1000 · bias 0.3 · tosses 100000").waitFor();
      const tile = page.locator("#bias");
      assert.ok(Math.abs(Number(await tile.locator("data").getAttribute("value")) - BIAS) < 0.01);
      assert.match(await tile.innerText(), /95 %: 0\.\d+ to 0\.\d+/);
      await page.getByText("until the standard error of bias is 0.01").waitFor();
      assert.equal(await page.locator("figure, svg").count(), 0);
      assert.deepEqual(complaints, []);
    },
  );

  it("is refused field by field, and by a coordinator that does not know it", async () => {
    await using cluster = await CoinCluster.start("memory");
    const replicas: StoppingRule = { kind: "replicas", replicaCount: 64 };
    const refused = async (run: Run, rule: StoppingRule) => {
      const error = await cluster.create(run, rule).then(
        () => assert.fail("it was taken"),
        (refusal: unknown) => refusal as ServiceError,
      );
      assert.equal(error.code, Code.INVALID_ARGUMENT);
      return readDetails(error).violations.map(({ field }) => field);
    };
    assert.deepEqual(await refused(coinRun({ bias: 2, tosses: 1 }), replicas), [
      "run.parameters.bias",
      "run.parameters.tosses",
    ]);
    const foreign = { kind: "precision", precision: { variance: 1, ...BOUNDS } } as const;
    assert.deepEqual(await refused(RUN, foreign), ["run.stopping_rule.precision.variance"]);
    const unknown = { ...RUN, kind: 1001 as unknown as NonNullable<Run["kind"]> };
    assert.deepEqual(await refused(unknown, replicas), ["run.kind"]);
    const network = specificationToMessage(specificationWith());
    assert.deepEqual(await refused(network, toPrecision(1)), [
      "run.stopping_rule.precision.targets.bias",
    ]);
  });

  elsewhere.it(
    "is named by a coordinator that finds it in its ledger and does not know it",
    async () => {
      const place = join(folder, "foreign.sqlite");
      const cluster = await CoinCluster.start(place);
      const name = await cluster.create(RUN, { kind: "replicas", replicaCount: 64 });
      await cluster.ended(name);
      await cluster[Symbol.asyncDispose]();
      const ledger = await openSqliteLedger(place);
      await assert.rejects(
        ledger.run(name),
        new RegExp(`${name} .*is of the kind 'coin', which this coordinator does not know`),
      );
      await ledger.close();
      await using served = await startPaged(["--ledger", place]);
      const api = new SimulationApi(served.address);
      await assert.rejects(api.listRuns(10, ""), (error: ServiceError) => {
        assert.equal(error.code, Code.FAILED_PRECONDITION);
        assert.match(
          error.details,
          /'coin', which this coordinator does not know; start a version/,
        );
        return true;
      });
      api.close();
    },
  );
});

const BOUNDS = { minimumReplicaCount: 2, maximumReplicaCount: 100 };
