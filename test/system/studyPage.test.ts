import assert from "node:assert/strict";

import { AxeBuilder } from "@axe-core/playwright";
import type { Browser, Page } from "playwright-core";

import { parseStudy } from "../../client/studyFile/studyFile.ts";
import { SimulationApi } from "../../client/sdk/api.ts";
import { trainingToRun } from "../../shared/kinds/training/messages.ts";
import { hasEnded, stateOf } from "../../shared/wire/runStates.ts";
import { needing } from "../support/tiers/tiers.ts";
import { startBrowser } from "./support/browser.ts";
import { startCommand } from "./support/command.ts";
import { startPaged, type PagedCoordinator } from "./support/pages.ts";
import type { Started } from "./support/processes.ts";

const STUDY = `
name: A study
task: iris
width: 2
depth: 3
steps: 20
seeds: 16
initializations: [he_normal, lyapunov_normal]
learningRates: [0.001, 0.03]
`;

needing("chromium").describe("the page of a study in a browser", () => {
  let browser: Browser;
  let served: PagedCoordinator;
  let worker: Started;
  let api: SimulationApi;
  let page: Page;
  let name: string;
  /** Complaints of the browser: errors in scripts, and what the policy blocks. */
  const complaints: string[] = [];

  before(async () => {
    browser = await startBrowser();
    served = await startPaged(["--ledger", "memory"]);
    worker = startCommand(["work", "--coordinator", served.address, "--threads", "1"]);
    api = new SimulationApi(served.address);
    const { displayName, arms } = parseStudy("study.yaml", STUDY);
    const runs = arms.map(({ fields }) => trainingToRun(fields));
    ({ name } = await api.createSweep({ displayName, runs }, ""));
    for await (const sweep of api.watchSweep(name)) if (hasEnded(stateOf(sweep))) break;
    page = await (await browser.newContext()).newPage();
    page.on("pageerror", ({ message }) => complaints.push(message));
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(message.text());
    });
    await page.goto(`${served.page}/${name}`);
    await page.getByRole("heading", { name: "A study" }).waitFor();
  });

  after(async () => {
    api.close();
    await browser.close();
    await worker[Symbol.asyncDispose]();
    await served[Symbol.asyncDispose]();
  });

  it("has a table and a verdict by each rule, and all arms", async () => {
    for (const [rule, words] of [
      ["By the median test loss of the best 80 % of seeds", /best 80 % of seeds/],
      ["By the median test loss of all seeds", /of all seeds, /],
    ] as const) {
      const table = page.getByRole("region", { name: rule });
      assert.equal(await table.getByRole("row").count(), 1 + 2);
      await page
        .getByText(/_normal has the lowest/)
        .getByText(words)
        .waitFor();
    }
    const arms = page.getByRole("region", { name: "Arms of the study" });
    assert.equal(await arms.getByRole("row").count(), 1 + 4);
    await page.getByText("4 arms × 16 seeds: 64 networks trained").waitFor();
  });

  it("draws a curve and a band for each initialization", async () => {
    await page.getByRole("img", { name: /^Learning curves/ }).waitFor();
    for (const kind of [".learning-curve", ".learning-band"]) {
      const paths = await page.locator(`svg ${kind}`).all();
      assert.equal(paths.length, 2);
      for (const path of paths) assert.match(String(await path.getAttribute("d")), /^M\d.*L/);
    }
    assert.deepEqual(await page.locator(".key li").allTextContents(), [
      "he_normal",
      "lyapunov_normal",
    ]);
  });

  it("leads to an arm with its own curve, and is accessible to all", async () => {
    const whole = await new AxeBuilder({ page }).analyze();
    assert.deepEqual(
      whole.violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]),
      [],
    );
    await page
      .getByRole("region", { name: "Arms of the study" })
      .getByRole("link", { name: "he_normal" })
      .first()
      .click();
    await page.getByRole("heading", { name: "he_normal" }).waitFor();
    await page.getByRole("img", { name: /^Learning curves/ }).waitFor();
    assert.equal(await page.locator("svg .learning-curve").count(), 1);
    // It is drawn for the room that it has: letters have the size of those in the text.
    const drawn = page.locator("figure svg");
    const [, , width] = String(await drawn.getAttribute("viewBox")).split(" ");
    const scale = ((await drawn.boundingBox())?.width ?? NaN) / Number(width);
    assert.ok(scale > 0.9 && scale < 1.1, `scaled by ${scale}`);
    const arm = await new AxeBuilder({ page }).analyze();
    assert.deepEqual(
      arm.violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]),
      [],
    );
    assert.deepEqual(complaints, []);
  });

  it("lists a training of its own with its losses, and not with an exponent", async () => {
    const [arm] = parseStudy("study.yaml", STUDY).arms;
    assert.ok(arm !== undefined);
    const own = trainingToRun({ ...arm.fields, displayName: "on its own" });
    const { name: training } = await api.createRun(own, "");
    for await (const run of api.watchRun(training)) if (hasEnded(stateOf(run))) break;
    await page.goto(served.page);
    const table = page.getByRole("region", { name: "Trainings" });
    await table.getByRole("link", { name: "on its own" }).waitFor();
    await table.getByRole("cell", { name: "SUCCEEDED" }).first().waitFor();
    assert.match(await table.getByRole("row").nth(1).innerText(), /adam\t0\.001\t0\t\d/);
    assert.equal(await page.getByRole("region", { name: "Runs" }).count(), 0);
    assert.deepEqual(complaints, []);
  });
});
