import { status as Code, type Metadata } from "@grpc/grpc-js";

import { ApiError } from "../../shared/wire/errorDetails.ts";
import { EncodedMessage } from "./encodedMessage.ts";

/** The part of a watcher's stream that matters here. */
export interface OutboxStream {
  readonly cancelled: boolean;
  readonly metadata: Metadata;
  write(message: object, taken: () => void): unknown;
  on(event: "cancelled", listener: () => void): unknown;
  off(event: "cancelled", listener: () => void): unknown;
}

export interface OutboxOptions {
  /** Most bytes that wait for all watchers together; a longer message waits until nothing else does. */
  readonly maximumBytes: number;
  /** Milliseconds in which a watcher must take a message … */
  readonly patience: number;
  /** … and while others have to wait for it to do so. */
  readonly pressedPatience: number;
  /** Resets a stream, so that what waits for its reader is freed. */
  readonly reset: (stream: OutboxStream) => void;
  /** Called for each watcher that was cut off. */
  readonly onDropped: () => void;
}

/** A message that its reader has not taken yet. */
interface Pending {
  readonly length: number;
  readonly since: number;
  /** Cuts the reader off. */
  readonly drop: () => void;
}

interface Queued {
  readonly length: number;
  readonly enter: () => void;
}

/**
 * Sends messages to watchers, one at a time to each. A reader that does not read is cut off, after a
 * time or sooner if others wait, so that what waits in memory is bounded.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  /** The messages that wait, the oldest first. */
  readonly #pending = new Set<Pending>();
  readonly #queue: Queued[] = [];
  #bytes = 0;
  #pressing: NodeJS.Timeout | undefined;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** Bytes that wait for readers. */
  get waitingBytes(): number {
    return this.#bytes;
  }

  /**
   * Sends a message; resolves once the reader has taken it, or is gone.
   *
   * @throws ApiError RESOURCE_EXHAUSTED if it takes nothing for too long
   */
  async send(stream: OutboxStream, bytes: Buffer): Promise<void> {
    const { length } = bytes;
    await this.#room(length);
    try {
      if (!stream.cancelled) await this.#write(stream, bytes);
    } finally {
      this.#bytes -= length;
      this.#admit();
    }
  }

  async #write(stream: OutboxStream, bytes: Buffer): Promise<void> {
    const { patience, reset, onDropped } = this.#options;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const pending: Pending = {
      length: bytes.length,
      since: performance.now(),
      drop: () => {
        onDropped();
        reject(
          new ApiError(
            Code.RESOURCE_EXHAUSTED,
            "WATCH_NOT_READ",
            "the watch was ended, since its reader left a message unread for too long; watch again",
          ),
        );
        reset(stream);
      },
    };
    this.#pending.add(pending);
    this.#press();
    stream.on("cancelled", resolve);
    const timer = setTimeout(pending.drop, patience);
    stream.write(new EncodedMessage(bytes), resolve);
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      stream.off("cancelled", resolve);
      this.#pending.delete(pending);
    }
  }

  /** Resolves once there is room for so many bytes, which then count as waiting. */
  #room(length: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#queue.push({ length, enter: resolve });
    this.#admit();
    return promise;
  }

  #admit(): void {
    for (let next = this.#queue[0]; next !== undefined; next = this.#queue[0]) {
      if (this.#bytes > 0 && this.#bytes + next.length > this.#options.maximumBytes) break;
      this.#queue.shift();
      this.#bytes += next.length;
      next.enter();
    }
    this.#press();
  }

  /** While others wait, cuts the reader off that has taken nothing for longest, if it goes on so. */
  #press(): void {
    clearTimeout(this.#pressing);
    const [oldest] = this.#pending;
    if (oldest === undefined || this.#queue.length === 0) return;
    const left = oldest.since + this.#options.pressedPatience - performance.now();
    this.#pressing = setTimeout(oldest.drop, Math.max(0, left));
  }
}
