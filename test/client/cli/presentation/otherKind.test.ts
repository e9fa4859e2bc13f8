import assert from "node:assert/strict";

import { parametersLabel } from "../../../../client/cli/presentation/otherKind.ts";
import { chartOf } from "../../../../client/cli/plottedChart.ts";
import type { SimulationApi } from "../../../../client/sdk/api.ts";
import { runText, sweepText } from "../../../../client/cli/presentation/report.ts";
import type { Sweep__Output } from "../../../../shared/wire/generated/lyapunov/v1/Sweep.ts";
import { otherKindOfRun, received } from "../../../support/receivedRun.ts";

const sweep = { name: "sweeps/abc", endedRunCount: 1 } as Sweep__Output;

describe("a run of a kind that this command does not know", () => {
  it("is shown with what it was asked for and every estimate that it has", () => {
    const text = runText(otherKindOfRun());
    assert.match(text, /kind 1000: bias 0\.25, coin euro/);
    assert.match(text, /4,096 in 1 shard; reference, seed 7/);
    assert.match(text, /bias .*0\.26.*95 % in \[0\.240, 0\.280\] \(student_t\)/);
  });

  it("is shown with why it failed", () => {
    const failed = otherKindOfRun({ state: "RUN_STATE_FAILED", error: "the coin is lost" });
    assert.match(runText(failed), /error.*the coin is lost/);
  });

  it("says that an estimate needs more replicas", () => {
    assert.match(runText(otherKindOfRun({ estimates: { bias: {} } })), /bias.*too few replicas/);
  });

  it("has only its kind where it was asked for nothing", () => {
    assert.equal(parametersLabel(otherKindOfRun({ parameters: null })), "kind 1000");
  });

  it("is a row of its sweep, with a column for every estimate", () => {
    const runs = [otherKindOfRun(), otherKindOfRun({ estimates: {} })];
    const lines = sweepText({ ...sweep, runs }).split("\n");
    assert.match(String(lines.find((line) => line.includes("requested"))), /replicas.*bias.*state/);
    assert.equal(lines.filter((line) => line.includes("kind 1000")).length, 2);
  });
});

describe("a sweep of several kinds", () => {
  it("shows each run with all that it estimates", () => {
    const text = sweepText({ ...sweep, runs: [otherKindOfRun(), received({})] });
    assert.match(text, /λ exact/);
    assert.match(text, /kind 1000: bias 0\.25/);
    assert.doesNotMatch(text, /kind propagation/);
  });
});

describe("a run that propagates networks", () => {
  it("is shown with λ̂", () => {
    assert.match(runText(received({})), /λ/);
    assert.match(sweepText({ ...sweep, runs: [received({})] }), /λ exact/);
  });
});

describe("the pictures", () => {
  it("refuse a run of a kind that they do not know, and say where it can be read", async () => {
    const run = otherKindOfRun();
    const api = { getRun: () => Promise.resolve(run) } as unknown as SimulationApi;
    await assert.rejects(chartOf(api, run.name, undefined), {
      name: "NothingToDraw",
      message: "runs/abc: no picture shows runs of its kind; see `lyapunov runs show`",
    });
  });

  it("show a sweep without the run whose record is lost", async () => {
    const lost = {
      ...received({ state: "RUN_STATE_FAILED", error: "it is damaged" }),
      kind: "RUN_KIND_UNSPECIFIED" as const,
      network: null,
    };
    const lyapunovExponent = { estimate: -0.2, lower: -0.3, upper: -0.1, level: 0.95 };
    const runs = [received({ lyapunovExponent }), lost];
    const api = { getSweep: () => Promise.resolve({ ...sweep, runs }) } as unknown as SimulationApi;
    const chart = await chartOf(api, sweep.name, "estimates");
    assert.match(JSON.stringify(chart), /"y":-0\.2,/);
  });
});
