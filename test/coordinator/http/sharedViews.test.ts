import assert from "node:assert/strict";

import { SharedViews } from "../../../coordinator/http/sharedViews.ts";
import type { View, Viewed } from "../../../coordinator/http/views.ts";

const OVERVIEW: Viewed = { view: "overview", pageToken: "" };
const NONE: Viewed = { view: "runs/none", pageToken: "" };

describe("SharedViews", () => {
  let time: number;
  /** Seconds that it takes to make a view. */
  let cost: number;
  /** Views that were made, by their names. */
  let made: string[];
  let content: number;
  let change: () => void;
  let shared: SharedViews;

  beforeEach(() => {
    time = 0;
    cost = 0;
    made = [];
    content = 0;
    const views = {
      of: async ({ view, pageToken }: Viewed): Promise<View> => {
        made.push(`${view}${pageToken}`);
        time += cost;
        if (view === NONE.view) throw new Error("there is none");
        return { rest: { content }, resources: [{ name: "runs/b" }, { name: "runs/a" }] };
      },
    };
    const reads = {
      now: () => time,
      onRunChange: (listener: (run: string, ended: boolean) => void) => {
        change = () => {
          listener("runs/a", false);
        };
        return () => undefined;
      },
    };
    shared = new SharedViews(views, reads);
  });

  it("makes a view once for all who look at it at the same time", async () => {
    const [one, other] = await Promise.all([shared.of(OVERVIEW), shared.of(OVERVIEW)]);
    assert.equal(one, other);
    assert.equal(one.rest, '{"content":0}');
    assert.deepEqual([...one.resources.keys()], ["runs/b", "runs/a"]);
    assert.equal(one.resources.get("runs/b"), '{"name":"runs/b"}');
    await shared.of({ ...OVERVIEW, pageToken: "2" });
    await shared.of({ view: "runs/a", pageToken: "" });
    assert.deepEqual(made, ["overview", "overview2", "runs/a"]);
  });

  it("makes it anew soon after a change, and otherwise for what time changes", async () => {
    const first = await shared.of(OVERVIEW);
    change();
    time = 0.5;
    assert.equal(await shared.of(OVERVIEW), first);
    time = 0.9;
    assert.equal((await shared.of(OVERVIEW)).id, first.id);
    assert.equal(made.length, 2);
    time = 3;
    await shared.of(OVERVIEW);
    assert.equal(made.length, 2);
    time = 4;
    content = 1;
    assert.notEqual((await shared.of(OVERVIEW)).id, first.id);
    assert.equal(made.length, 3);
  });

  it("leaves ten times the time that a view takes to the work", async () => {
    cost = 2;
    await shared.of(OVERVIEW);
    change();
    time = 19;
    await shared.of(OVERVIEW);
    assert.equal(made.length, 1);
    time = 20;
    await shared.of(OVERVIEW);
    assert.equal(made.length, 2);
  });

  it("refuses what is not there, to everybody and again", async () => {
    await assert.rejects(shared.of(NONE), /there is none/);
    time = 10;
    await assert.rejects(shared.of(NONE), /there is none/);
    assert.equal(made.length, 2);
  });

  it("keeps no more than 64 views", async () => {
    const pages = Array.from({ length: 65 }, (_, page): Viewed => ({
      view: "fleet",
      pageToken: String(page),
    }));
    for (const page of pages) await shared.of(page);
    made = [];
    for (const page of pages.slice(1)) await shared.of(page);
    assert.deepEqual(made, []);
    for (const page of pages.slice(0, 1)) await shared.of(page);
    assert.deepEqual(made, ["fleet0"]);
  });
});
