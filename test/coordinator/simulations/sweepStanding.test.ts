import assert from "node:assert/strict";

import { sweepStanding } from "../../../coordinator/simulations/sweepStanding.ts";
import type { RunState } from "../../../shared/wire/runStates.ts";

type Recorded = readonly (readonly [RunState, number])[];

const CASES: readonly {
  readonly what: string;
  readonly recorded: Recorded;
  readonly working: readonly RunState[];
  readonly state: RunState;
  readonly ended: number;
}[] = [
  {
    what: "queued, as long as all of its runs are",
    recorded: [["QUEUED", 2]],
    working: ["QUEUED", "QUEUED"],
    state: "QUEUED",
    ended: 0,
  },
  {
    what: "running, once the engine has begun one",
    recorded: [["QUEUED", 2]],
    working: ["RUNNING", "QUEUED"],
    state: "RUNNING",
    ended: 0,
  },
  {
    what: "running, while one that has ended waits for others",
    recorded: [
      ["SUCCEEDED", 1],
      ["QUEUED", 2],
    ],
    working: ["QUEUED", "QUEUED"],
    state: "RUNNING",
    ended: 1,
  },
  {
    what: "being cancelled, once the engine cancels one",
    recorded: [
      ["FAILED", 3],
      ["RUNNING", 2],
    ],
    working: ["RUNNING", "CANCELLING"],
    state: "CANCELLING",
    ended: 3,
  },
  {
    what: "as the ledger has it, where the engine is about to take a run up",
    recorded: [
      ["SUCCEEDED", 1],
      ["QUEUED", 1],
    ],
    working: [],
    state: "RUNNING",
    ended: 1,
  },
  {
    what: "succeeded, when all runs have, though the engine has not noticed the last one's end",
    recorded: [["SUCCEEDED", 3]],
    working: ["RUNNING"],
    state: "SUCCEEDED",
    ended: 3,
  },
  {
    what: "cancelled, when all have ended and one was",
    recorded: [
      ["SUCCEEDED", 2],
      ["CANCELLED", 1],
    ],
    working: [],
    state: "CANCELLED",
    ended: 3,
  },
  {
    what: "failed, when all have ended and one failed",
    recorded: [
      ["CANCELLED", 1],
      ["FAILED", 1],
    ],
    working: [],
    state: "FAILED",
    ended: 2,
  },
];

describe("a sweep in a list", () => {
  for (const { what, recorded, working, state, ended } of CASES) {
    it(`is ${what}`, () => {
      assert.deepEqual(sweepStanding(new Map(recorded), working), {
        state,
        endedRunCount: ended,
      });
    });
  }
});
