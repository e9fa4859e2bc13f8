import assert from "node:assert/strict";

import { FAULTY_PARTS, type FaultyParts } from "../support/simulation/lives/faultyParts.ts";
import { simulateLives } from "../support/simulation/lives/randomLives.ts";
import type { Parts } from "../support/simulation/lives/service.ts";
import { STORIES, tell, type Mishap } from "../support/simulation/lives/story.ts";
import type { Tally } from "../support/simulation/simulatedCluster.ts";
import { Violation } from "../support/simulation/violation.ts";
import { SCALE, scaled, SEED } from "../support/tiers/scale.ts";

/** Seeds to simulate. Only after the first 86 is a commit left in doubt; all else happens sooner. */
const SEED_COUNT = scaled(1500, 120);
/** Below scale 1, a story is told again only for one in this many of its mishaps. */
const MISHAP_STRIDE = Math.max(1, Math.round(1 / SCALE));
/**
 * Seeds within which every fault shows, if the story cut off at every step does not show it. The
 * search is the same at every scale, because it ends where the fault is found.
 */
const SEEDS_TO_FIND_A_FAULT = 300;

/** Events that must happen to some coordinators, or the simulation proves less than it says. */
const HAPPENINGS = [
  "coordinator is killed",
  "crash",
  "drain",
  "hang",
  "stream breaks",
  "stream is superseded",
  "clock jumps",
  "create",
  "create sweep",
  "cancel",
  "cancel sweep",
  "extend",
  "extend sweep",
  "meddle",
  "disk failure: refused",
  "disk failure: undone",
  "disk failure: unheard",
  "SUCCEEDED",
  "CANCELLED",
  "FAILED",
];

/** Steps before which some coordinator must have been killed. */
const STEPS = [
  "begin",
  'insert into "requests"',
  'insert into "sweeps"',
  'insert into "runs"',
  'insert into "partials"',
  'delete from "partials"',
  "commit",
  "hear of the commit",
  'select * from "requests"',
  'select * from "sweeps"',
  'select * from "runs"',
  'select * from "partials"',
  "welcome",
  "grant",
  "revoke",
  "acknowledge",
  "quarantine",
  "reply",
];

const MISHAPS: readonly Mishap["kind"][] = ["kill", "refused", "undone", "unheard"];

describe("simulated coordinators", () => {
  if (SEED !== undefined) {
    it(`keep the invariants through kills: seed ${SEED}`, () => simulateLives(Number(SEED)));
    return;
  }

  for (const story of STORIES) {
    it(`come to the same bits whatever befalls any of their steps: ${story.name}`, async function () {
      this.timeout(0);
      const undisturbed = await tell(story);
      const unseen = STEPS.filter((step) => !undisturbed.steps.includes(step));
      assert.deepEqual(unseen, [], "it never gets to these");
      const all = mishaps(undisturbed.steps);
      for (const mishap of all.filter((_, i) => i % MISHAP_STRIDE === 0)) {
        const { runs } = await tell(story, mishap);
        assert.deepEqual(runs, undisturbed.runs, `after ${mishap.kind} at step ${mishap.step}`);
      }
    });
  }

  it(`keep the invariants through kills: ${SEED_COUNT} seeds`, async function () {
    this.timeout(0);
    const tally: Tally = new Map();
    for (let seed = 1; seed <= SEED_COUNT; seed++) await simulateLives(seed, tally);
    const missing = [...HAPPENINGS, ...STEPS].filter((happening) => !tally.has(happening));
    assert.deepEqual(missing, [], "of these nothing was seen");
  });

  it("happen again in all detail from the same seed", async () => {
    const [first, second]: [Tally, Tally] = [new Map(), new Map()];
    for (let seed = 1; seed <= 5; seed++) await simulateLives(seed, first);
    for (let seed = 1; seed <= 5; seed++) await simulateLives(seed, second);
    assert.deepEqual([...second], [...first]);
  });

  for (const faulty of FAULTY_PARTS) {
    const { fault, invariant } = faulty;
    it(`find out one that ${fault}`, async function () {
      this.timeout(0);
      const found = new Set<string>();
      for await (const violated of violations(faulty)) {
        found.add(violated);
        if (violated === invariant) return;
      }
      assert.fail(`found instead: ${[...found].join(", ") || "nothing"}`);
    });
  }
});

/** Finds what a coordinator with a fault does wrong, first where it is known to show. */
async function* violations({ parts, seeds, showsInStories }: FaultyParts): AsyncIterable<string> {
  if (showsInStories === true) yield* storyViolations(parts);
  yield* seedViolations(parts, seeds ?? []);
  yield* seedViolations(
    parts,
    Array.from({ length: SEEDS_TO_FIND_A_FAULT }, (_, i) => i + 1),
  );
  if (showsInStories !== true) yield* storyViolations(parts);
}

/** Finds what a coordinator of these parts does wrong in random worlds. */
async function* seedViolations(parts: Parts, seeds: readonly number[]): AsyncIterable<string> {
  for (const seed of seeds) {
    const error = await failureOf(simulateLives(seed, new Map(), parts));
    if (error === undefined) continue;
    assert.match(error.message, new RegExp(`LYAPUNOV_TEST_SEED=${seed}`));
    yield invariantOf(error);
  }
}

/** Finds what a coordinator of these parts does wrong when a story is disturbed at any step. */
async function* storyViolations(parts: Parts): AsyncIterable<string> {
  for (const story of STORIES) {
    for (const mishap of mishaps((await tell(story)).steps)) {
      const error = await failureOf(tell(story, mishap, parts));
      if (error !== undefined) yield invariantOf(error);
    }
  }
}

/** All mishaps that are possible at these steps. */
function mishaps(steps: readonly string[]): Mishap[] {
  return steps.flatMap((step, i) =>
    MISHAPS.filter((kind) => canBefall(step, kind)).map((kind) => ({ kind, step: i + 1 })),
  );
}

/** Whether a mishap can happen at a step: only statements fail, and only a commit goes unheard. */
function canBefall(step: string, kind: Mishap["kind"]): boolean {
  if (kind === "unheard") return step === "commit";
  return kind === "kill" || /^begin$|^commit$|"/.test(step);
}

async function failureOf(simulation: Promise<unknown>): Promise<Error | undefined> {
  try {
    await simulation;
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function invariantOf({ cause }: Error): string {
  return cause instanceof Violation ? cause.invariant : String(cause);
}
