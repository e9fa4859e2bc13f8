import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { setImmediate as turn } from "node:timers/promises";

import { Metadata, status as Code } from "@grpc/grpc-js";

import { EncodedMessage } from "../../../coordinator/rpc/encodedMessage.ts";
import { Outbox, type OutboxStream } from "../../../coordinator/rpc/outbox.ts";
import { ApiError } from "../../../shared/wire/errorDetails.ts";

const MAXIMUM_BYTES = 100;

/** A watcher's end of a stream, which reads when the test says so. */
class Watcher extends EventEmitter implements OutboxStream {
  readonly metadata = new Metadata();
  readonly lengths: number[] = [];
  cancelled = false;
  #taken: (() => void) | undefined;
  readonly #readsAll: boolean;

  constructor(readsAll: boolean) {
    super();
    this.#readsAll = readsAll;
  }

  write(message: object, taken: () => void): void {
    assert.ok(message instanceof EncodedMessage);
    this.lengths.push(message.bytes.length);
    this.#taken = taken;
    if (this.#readsAll) queueMicrotask(taken);
  }

  read(): void {
    this.#taken?.();
  }

  cancel(): void {
    this.cancelled = true;
    this.emit("cancelled");
  }
}

describe("an outbox", () => {
  let dropped: number;
  let most: number;
  let outbox: Outbox;

  const outboxOf = (patience: number, pressedPatience: number) =>
    new Outbox({
      maximumBytes: MAXIMUM_BYTES,
      patience,
      pressedPatience,
      reset: (stream) => {
        (stream as Watcher).cancel();
      },
      onDropped: () => {
        dropped += 1;
      },
    });
  beforeEach(() => {
    dropped = 0;
    most = 0;
    outbox = outboxOf(1e6, 1e6);
  });

  /** Sends and notes what waits then; resolves to how that ended. */
  async function send(watcher: Watcher, length: number): Promise<string> {
    try {
      const sending = outbox.send(watcher, Buffer.alloc(length));
      most = Math.max(most, outbox.waitingBytes);
      await sending;
      return "taken or gone";
    } catch (error) {
      assert.ok(error instanceof ApiError && error.code === Code.RESOURCE_EXHAUSTED);
      return error.reason;
    } finally {
      most = Math.max(most, outbox.waitingBytes);
    }
  }

  it("sends everything to those who read, whoever else does", async () => {
    const readers = Array.from({ length: 50 }, () => new Watcher(true));
    const ends = readers.flatMap((reader) => [send(reader, 30), send(reader, 60)]);
    assert.deepEqual(new Set(await Promise.all(ends)), new Set(["taken or gone"]));
    for (const { lengths } of readers) assert.deepEqual(lengths, [30, 60]);
    assert.ok(most <= MAXIMUM_BYTES, `${most} bytes waited`);
    assert.deepEqual([dropped, outbox.waitingBytes], [0, 0]);
  });

  it("cuts off those who do not read while others wait, and bounds what waits for them", async () => {
    outbox = outboxOf(1e6, 1);
    const silent = Array.from({ length: 20 }, () => new Watcher(false));
    const reader = new Watcher(true);
    const ends = [...silent.map((watcher) => send(watcher, 40)), send(reader, 90)];
    const last = ends.pop();
    assert.equal(await last, "taken or gone");
    assert.deepEqual(reader.lengths, [90]);
    assert.equal(dropped, 20);
    assert.deepEqual(new Set(await Promise.all(ends)), new Set(["WATCH_NOT_READ"]));
    assert.ok(most <= MAXIMUM_BYTES, `${most} bytes waited`);
    assert.equal(outbox.waitingBytes, 0);
  });

  it("cuts off one that does not read though nobody waits", async () => {
    outbox = outboxOf(1, 1e6);
    assert.equal(await send(new Watcher(false), 10), "WATCH_NOT_READ");
    assert.deepEqual([dropped, outbox.waitingBytes], [1, 0]);
  });

  it("lets one who is slow have the next message once the last is read", async () => {
    const slow = new Watcher(false);
    const first = send(slow, 80);
    const next = send(new Watcher(true), 80);
    await turn();
    assert.deepEqual(slow.lengths, [80]);
    assert.equal(outbox.waitingBytes, 80);
    slow.read();
    assert.deepEqual(await Promise.all([first, next]), ["taken or gone", "taken or gone"]);
    assert.equal(dropped, 0);
  });

  it("sends a message beyond its bound when nothing else waits", async () => {
    const small = new Watcher(false);
    const first = send(small, 10);
    const large = new Watcher(true);
    const next = send(large, 5 * MAXIMUM_BYTES);
    await turn();
    assert.deepEqual(large.lengths, []);
    small.cancel();
    await Promise.all([first, next]);
    assert.deepEqual(large.lengths, [5 * MAXIMUM_BYTES]);
  });

  it("sends nothing to one who has gone while it waited for its turn", async () => {
    const [slow, gone] = [new Watcher(false), new Watcher(false)];
    const ends = [send(slow, 80), send(gone, 80)];
    await turn();
    gone.cancel();
    slow.read();
    await Promise.all(ends);
    assert.deepEqual(gone.lengths, []);
    assert.equal(outbox.waitingBytes, 0);
  });
});
