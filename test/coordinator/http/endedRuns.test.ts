import assert from "node:assert/strict";

import { EndedRuns } from "../../../coordinator/http/endedRuns.ts";

describe("EndedRuns", () => {
  let state: string;
  /** Runs that were read, in order. */
  let read: string[];
  let change: (run: string) => void;
  let runs: EndedRuns<{ readonly name: string; readonly state: string }>;

  beforeEach(() => {
    state = "SUCCEEDED";
    read = [];
    const reads = {
      onRunChange: (listener: (run: string, ended: boolean) => void) => {
        change = (run) => {
          listener(run, false);
        };
        return () => undefined;
      },
    };
    runs = new EndedRuns(reads, 2, async (name) => {
      read.push(name);
      return { name, state };
    });
  });

  it("are read once, and others whenever somebody looks", async () => {
    const first = await runs.of("runs/a");
    assert.equal(await runs.of("runs/a"), first);
    assert.deepEqual(read, ["runs/a"]);
    state = "RUNNING";
    await runs.of("runs/b");
    await runs.of("runs/b");
    assert.deepEqual(read, ["runs/a", "runs/b", "runs/b"]);
  });

  it("are read again once they change", async () => {
    await runs.of("runs/a");
    await runs.of("runs/b");
    change("runs/a");
    state = "RUNNING";
    assert.deepEqual(await runs.of("runs/a"), { name: "runs/a", state: "RUNNING" });
    assert.equal((await runs.of("runs/b")).state, "SUCCEEDED");
    assert.deepEqual(read, ["runs/a", "runs/b", "runs/a"]);
  });

  it("are kept as long as nobody looks at too many others", async () => {
    for (const name of ["runs/a", "runs/b", "runs/a", "runs/c", "runs/a"]) await runs.of(name);
    assert.deepEqual(read, ["runs/a", "runs/b", "runs/c"]);
    await runs.of("runs/b");
    assert.deepEqual(read, ["runs/a", "runs/b", "runs/c", "runs/b"]);
  });
});
