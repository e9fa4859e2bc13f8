import assert from "node:assert/strict";

import type { Ledger, RunRecord } from "../../coordinator/ledger/ledger.ts";
import { runRecord } from "./ledgerRecords.ts";

/** Tests what every ledger promises about the states of sweeps in its list. */
export function describeSweepStates(current: () => Ledger): void {
  const put = (...runs: readonly RunRecord[]) =>
    current().transact(async (transaction) => {
      for (const run of runs) await transaction.putRun(run);
    });
  const states = async (...sweeps: readonly string[]) => {
    const found = [...(await current().sweepStates(sweeps))];
    return Object.fromEntries(found.map(([name, counts]) => [name, Object.fromEntries(counts)]));
  };

  describe("states of sweeps", () => {
    it("are counted, sweep by sweep, and only for those that are asked for", async () => {
      await put(
        runRecord("runs/1", { sweep: "sweeps/a" }),
        runRecord("runs/2", { sweep: "sweeps/a", state: "RUNNING" }),
        runRecord("runs/3", { sweep: "sweeps/a", state: "RUNNING" }),
        runRecord("runs/4", { sweep: "sweeps/b", state: "SUCCEEDED" }),
        runRecord("runs/5", { sweep: "sweeps/c" }),
        runRecord("runs/6"),
      );
      assert.deepEqual(await states("sweeps/b", "sweeps/a", "sweeps/none"), {
        "sweeps/a": { QUEUED: 1, RUNNING: 2 },
        "sweeps/b": { SUCCEEDED: 1 },
      });
      assert.deepEqual(await states(), {});
    });

    it("follow the runs", async () => {
      const run = runRecord("runs/1", { sweep: "sweeps/a" });
      await put(run);
      await put({ ...run, state: "FAILED", revision: 2 });
      assert.deepEqual(await states("sweeps/a"), { "sweeps/a": { FAILED: 1 } });
    });
  });
}
