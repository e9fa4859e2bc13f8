import assert from "node:assert/strict";

import {
  encodeRunOfSweep,
  encodeRunResponse,
  encodeSweepHead,
  sweepResponse,
} from "../../../coordinator/rpc/watchMessages.ts";
import type { Run } from "../../../shared/wire/generated/lyapunov/v1/Run.ts";
import type { Sweep } from "../../../shared/wire/generated/lyapunov/v1/Sweep.ts";
import { SimulationService } from "../../../shared/wire/protocol.ts";

const { WatchRun, WatchSweep } = SimulationService.service;

const run = (i: number): Run => ({
  name: `runs/${i}`,
  state: "RUN_STATE_RUNNING",
  displayName: "é".repeat(i),
  seed: i,
  error: i % 2 === 0 ? "" : "it waits for a worker",
});

describe("messages of encoded parts", () => {
  // Lengths that take one, two and three bytes to say, and no runs at all.
  for (const count of [0, 1, 3, 100, 190]) {
    it(`say the same as a message that is encoded at once: ${count} runs`, () => {
      const runs = Array.from({ length: count }, (_, i) => run(i));
      const sweep: Sweep = {
        name: "sweeps/a",
        displayName: "a sweep",
        state: "RUN_STATE_QUEUED",
        createTime: { seconds: 1_700_000_000, nanos: 5 },
        endedRunCount: 2,
        runCount: count,
      };
      const joined = sweepResponse([encodeSweepHead(sweep), ...runs.map(encodeRunOfSweep)]);
      const whole = WatchSweep.responseSerialize({ sweep: { ...sweep, runs } });
      assert.deepEqual(
        WatchSweep.responseDeserialize(joined),
        WatchSweep.responseDeserialize(whole),
      );
      assert.equal(joined.length, whole.length);
    });
  }

  it("of a run say what the run is", () => {
    const { run: received } = WatchRun.responseDeserialize(encodeRunResponse(run(7)));
    assert.deepEqual([received?.name, received?.seed], ["runs/7", "7"]);
  });
});
