import assert from "node:assert/strict";
import { setImmediate as turn } from "node:timers/promises";

import { Mutex } from "../../../coordinator/ledger/mutex.ts";

describe("Mutex", () => {
  it("runs tasks one after another, in the order in which they came", async () => {
    const mutex = new Mutex();
    const steps: string[] = [];
    const task = (id: string) => async () => {
      steps.push(`${id} begins`);
      await turn();
      steps.push(`${id} ends`);
      return id;
    };
    assert.deepEqual(await Promise.all(["a", "b"].map((id) => mutex.run(task(id)))), ["a", "b"]);
    assert.deepEqual(steps, ["a begins", "a ends", "b begins", "b ends"]);
  });

  it("fails the caller of a task that fails, and nobody else", async () => {
    const mutex = new Mutex();
    const failing = mutex.run(() => Promise.reject(new Error("mine")));
    const next = mutex.run(async () => "next");
    await assert.rejects(failing, /mine/);
    assert.equal(await next, "next");
  });

  it("is idle once everything that was started has ended, well or badly", async () => {
    const mutex = new Mutex();
    let ended = 0;
    const slow = mutex.run(async () => {
      await turn();
      ended += 1;
    });
    const failing = mutex.run(async () => {
      await turn();
      ended += 1;
      throw new Error("badly");
    });
    failing.catch(() => undefined);
    await mutex.idle();
    assert.equal(ended, 2);
    await slow;
  });
});
