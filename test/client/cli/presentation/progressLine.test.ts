import assert from "node:assert/strict";

import { progressLine } from "../../../../client/cli/presentation/progressLine.ts";
import { widthOf } from "../../../../client/cli/presentation/wrap.ts";

const STATE = {
  share: 0.456,
  replicaCount: 20_000,
  replicasPerSecond: 41_700,
  remainingSeconds: 200,
  caption: "20K replicas",
  estimate: "λ̂ −0.21380 ± 0.00043",
};
const RATE = "41.7K replicas/s";
const LEFT = "3 min 20 s left";

describe("the line of progress", () => {
  it("shows everything where there is room, or no limit", () => {
    for (const columns of [120, 200, Infinity]) {
      const line = progressLine("run", STATE, columns);
      assert.match(line, /^run █+░+ 45% · /);
      for (const part of [STATE.caption, STATE.estimate, RATE, LEFT]) {
        assert.ok(line.includes(part), `${part} in ${line}`);
      }
    }
  });

  it("keeps estimate, rate and time left in 80 columns, and the estimate to the last", () => {
    const parts = (columns: number) => progressLine("run", STATE, columns).split(" · ");
    assert.deepEqual(parts(80).slice(1), [STATE.estimate, RATE, LEFT]);
    assert.match(parts(80)[0] ?? "", /^run █+░+ 45%$/);
    assert.deepEqual(parts(60).slice(1), [STATE.estimate, LEFT]);
    assert.deepEqual(parts(52), ["run 45%", STATE.estimate, LEFT]);
    assert.equal(progressLine("run", STATE, 44), `45% · ${STATE.estimate} · ${LEFT}`);
    assert.equal(progressLine("run", STATE, 40), `45% · ${STATE.estimate}`);
  });

  it("is never longer than the terminal, and never has part of a number", () => {
    for (let columns = 39; columns <= 200; columns++) {
      const line = progressLine("run", STATE, columns);
      assert.ok(widthOf(line) <= columns, `${columns}: ${line}`);
      assert.ok(line.includes(STATE.estimate), `${columns}: ${line}`);
      assert.doesNotMatch(line, /…/);
    }
  });

  it("keeps what several runs have done, and cuts what is waited for between its words", () => {
    const runs = { ...STATE, caption: "12/28 runs", estimate: undefined };
    assert.equal(progressLine("sweep", runs, 40), `sweep 45% · 12/28 runs · ${LEFT}`);
    const caption = "it waits for a worker whose generator is the one that shard 1234 has";
    assert.equal(
      progressLine("run", { ...runs, caption, remainingSeconds: undefined }, 64),
      "45% · it waits for a worker whose generator is the one that…",
    );
  });

  it("says that nothing is known yet before the first answer", () => {
    assert.equal(progressLine("run", undefined, 40), "run ░░░░░░░░░░ 0% · … · 0 replicas/s · …");
  });
});
