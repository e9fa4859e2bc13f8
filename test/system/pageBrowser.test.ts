import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import { AxeBuilder } from "@axe-core/playwright";
import type { Browser, Page } from "playwright-core";

import { SimulationApi } from "../../client/sdk/api.ts";
import { parsePropagation } from "../../shared/kinds/propagation/propagation.ts";
import { hasEnded, stateOf } from "../../shared/wire/runStates.ts";
import { specificationToMessage } from "../../shared/kinds/propagation/messages.ts";
import { needing } from "../support/tiers/tiers.ts";
import { startBrowser } from "./support/browser.ts";
import { startCommand } from "./support/command.ts";
import { tokenEntry } from "./support/guarded.ts";
import { startPaged, type PagedCoordinator } from "./support/pages.ts";
import { Certificates } from "./support/certificates.ts";
import type { Started } from "./support/processes.ts";

const GAINS = [1, 1.5, 2];
const WIDTHS = [4, 8];

function runMessage(width: number, gain: number, replicaCount: number) {
  const network = { width, depth: 64, negativeSlope: 0.1, weights: "gaussian", gain } as const;
  const stoppingRule = { replicaCount };
  return specificationToMessage(parsePropagation({ network, stoppingRule, seed: 1 }));
}

/** Reads a number of the page, as programs see it. */
async function shown(page: Page, selector: string): Promise<number> {
  return Number(await page.locator(`${selector} data`).first().getAttribute("value"));
}

/** Resolves once the run on the page has more replicas than before. */
async function progressBeyond(page: Page, before: number): Promise<void> {
  while (!((await shown(page, "#progress")) > before)) await delay(50);
}

needing("chromium").describe("the page in a browser", () => {
  let browser: Browser;
  let folder: string;
  let served: PagedCoordinator;
  let worker: Started;
  let api: SimulationApi;
  let page: Page;
  /** Complaints of the browser: errors in scripts, and what the policy blocks. */
  const complaints: string[] = [];

  before(async () => {
    browser = await startBrowser();
    folder = mkdtempSync(join(tmpdir(), "lyapunov-page-"));
    served = await startPaged(["--ledger", join(folder, "ledger.sqlite")]);
    worker = startCommand(["work", "--coordinator", served.address, "--threads", "1"]);
    api = new SimulationApi(served.address);
    page = await browser.newPage();
    page.on("pageerror", ({ message }) => complaints.push(message));
    page.on("console", (message) => {
      const isCutOff = message.text().startsWith("Failed to load resource: net::ERR_");
      if (message.type() === "error" && !isCutOff) complaints.push(message.text());
    });
  });

  after(async () => {
    api.close();
    await browser.close();
    await worker[Symbol.asyncDispose]();
    await served[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  it("shows a sweep that goes on, and the numbers of gRPC when it has ended", async () => {
    const runs = WIDTHS.flatMap((width) => GAINS.map((gain) => runMessage(width, gain, 2 ** 18)));
    const { name } = await api.createSweep({ displayName: "A phase diagram", runs }, "");
    await page.goto(served.page);
    await page.getByRole("link", { name: "A phase diagram" }).click();
    await page.getByRole("heading", { name: "A phase diagram" }).waitFor();
    assert.equal(new URL(page.url()).pathname, `/${name}`);
    for await (const sweep of api.watchSweep(name)) if (hasEnded(stateOf(sweep))) break;
    await page.locator("#progress", { hasText: /^6 of 6 runs/ }).waitFor();
    const sweep = await api.getSweep(name);
    const estimates = await page.locator("tbody tr td data").all();
    assert.deepEqual(
      await Promise.all(estimates.map(async (data) => Number(await data.getAttribute("value")))),
      sweep.runs.map(({ lyapunovExponent }) => lyapunovExponent?.estimate),
    );
    assert.equal(await page.locator("svg .cell").count(), runs.length);
    assert.equal(await page.locator("svg .critical").count(), 1);
  });

  it("leads to a run, by the keyboard only, and has all of its charts", async () => {
    const link = page.getByRole("link", { name: /^runs\// }).first();
    const name = String(await link.textContent());
    for (let presses = 0; presses < 40; presses++) {
      await page.keyboard.press("Tab");
      const focused = await page.locator(":focus").allTextContents();
      if (focused[0] === name) break;
    }
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name }).waitFor();
    const run = await api.getRun(name);
    assert.equal(await shown(page, "#lambda"), run.lyapunovExponent?.estimate);
    assert.equal(await shown(page, "#variance"), run.variance?.estimate);
    assert.equal(await shown(page, "#critical-gain"), run.criticalGain?.estimate);
    await page
      .locator("#spread")
      .getByText(/^half of all at ×/)
      .waitFor();
    for (const title of ["λ̂ converges", "σ²̂ converges", "Law of large", "Central limit"]) {
      assert.equal(
        await page.getByRole("img", { name: new RegExp(`^${title}`) }).count(),
        1,
        title,
      );
    }
    const table = page.getByRole("region", { name: "Numbers: Law of large numbers" });
    await page.getByText("The numbers").nth(2).click();
    assert.equal(await table.getByRole("row").count(), 1 + run.checkpoints.length);
  });

  it("says what a sweep's runs are of, which died, and which missed their targets", async () => {
    const title = "A sweep of ReLUs and linear networks, which has a title of more than one line";
    const runs = [0, 1].map((negativeSlope) => {
      const network = { width: 4, depth: 8, negativeSlope, weights: "uniform", gain: "he" };
      const stoppingRule = { precision: { lyapunovExponent: 1e-9, maximumReplicaCount: 4096 } };
      return specificationToMessage(
        parsePropagation({ network, stoppingRule, displayName: title }),
      );
    });
    const { name } = await api.createSweep({ displayName: title, runs }, "");
    for await (const sweep of api.watchSweep(name)) if (hasEnded(stateOf(sweep))) break;
    const narrow = await browser.newPage({ viewport: { width: 390, height: 800 } });
    await narrow.goto(`${served.page}/${name}`);
    await narrow
      .locator("#progress", { hasText: /^2 of 2 runs .* 2 runs missed the target$/ })
      .waitFor();
    await narrow.getByText(name, { exact: true }).waitFor();
    const cells = async (row: number) =>
      narrow.locator("tbody tr").nth(row).locator("td").allTextContents();
    const [relu, linear] = [await cells(0), await cells(1)];
    assert.match(String(relu[1]), /^−∞ \(survivors /);
    for (const row of [relu, linear]) {
      assert.match(String(row[0]), /target missed$/);
      assert.match(String(row[8]), / ± /, "the critical gain");
    }
    assert.deepEqual([relu[5], linear[5]], ["0", "1"], "the slopes");
    const link = await narrow.locator("tbody th a").first().boundingBox();
    assert.ok(link !== null && link.width < 200, `the title takes ${link?.width} of 390 pixels`);
    await narrow.locator("tbody th a").first().click();
    await narrow.getByRole("heading", { name: "Typical survivor" }).waitFor();
    await narrow.getByRole("alert").getByText("target missed at the limit of replicas").waitFor();
    const subject = String(await narrow.locator(".subject").first().textContent());
    assert.match(subject, /^runs\/\w+ · width 4 .* slope 0 · burn-in 1 layer · its sweep$/);
    await narrow.goto(served.page);
    await narrow.locator("article", { hasText: "2 runs missed the target" }).waitFor();
    await narrow.close();
  });

  it("says that the coordinator is gone, and goes on when it is back", async () => {
    const { name } = await api.createRun(runMessage(64, 1.2, 2 ** 30), "");
    await page.goto(`${served.page}/${name}`);
    await page.locator("#lambda data").waitFor();
    const first = await shown(page, "#progress");
    await progressBeyond(page, first);
    served.coordinator.signal("SIGKILL");
    await page.getByText("the coordinator does not answer").waitFor();
    const atTheEnd = await shown(page, "#progress");
    assert.ok(atTheEnd > first);
    const [listen, http] = [served.address, new URL(served.page).host];
    const places = ["--listen", listen, "--http", http];
    served = await startPaged([...places, "--ledger", join(folder, "ledger.sqlite")]);
    await page.getByText("live", { exact: true }).waitFor();
    await progressBeyond(page, atTheEnd);
    await api.cancelRun(name);
    await page.locator(".state", { hasText: "cancelled" }).waitFor();
    assert.equal(await shown(page, "#lambda"), (await api.getRun(name)).lyapunovExponent?.estimate);
  });

  for (const colorScheme of ["light", "dark"] as const) {
    it(`is accessible and has enough contrast, ${colorScheme}`, async () => {
      const { runs } = await api.listRuns(10, "");
      const sweep = runs.find((run) => run.sweep !== "")?.sweep ?? "";
      assert.notEqual(sweep, "");
      for (const width of [390, 1200]) {
        const context = await browser.newContext({ colorScheme, viewport: { width, height: 800 } });
        const looked = await context.newPage();
        for (const path of ["", "fleet", String(runs[0]?.name), sweep]) {
          await looked.goto(`${served.page}/${path}`);
          await looked.locator("h1").waitFor();
          const { violations } = await new AxeBuilder({ page: looked }).analyze();
          const found = violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
          assert.deepEqual(found, [], `/${path} at ${width} pixels`);
        }
        await context.close();
      }
    });
  }

  it("has nothing to complain of", () => {
    assert.deepEqual(complaints, []);
  });

  it("asks for a token where the coordinator does, and keeps it for the tab", async () => {
    using files = new Certificates();
    const tokens = files.write("tokens.yaml", tokenEntry("reader", ["read"], "the-token-to-read"));
    await using guarded = await startPaged(["--ledger", "memory", "--tokens", tokens]);
    const context = await browser.newContext();
    const visitor = await context.newPage();
    await visitor.goto(guarded.page);
    const field = visitor.getByLabel("Token with the role read");
    await field.fill("another");
    await field.press("Enter");
    await visitor.getByRole("alert").getByText("the token is unknown").waitFor();
    await field.fill("the-token-to-read");
    await field.press("Enter");
    await visitor.getByRole("heading", { name: "Overview" }).waitFor();
    await visitor.reload();
    await visitor.getByRole("heading", { name: "Overview" }).waitFor();
    await context.close();
  });
});
