import type { ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";

import type { SharedViews, ViewText } from "./sharedViews.ts";
import type { Viewed } from "./views.ts";

const INTERVAL_MILLISECONDS = 1000;
/** A stream without changes gets a sign of life so often. */
const HEARTBEAT_MILLISECONDS = 5000;
/** A client that takes nothing for so long is gone. */
const PATIENCE_MILLISECONDS = 60_000;
/** Tells browsers how long to wait before they open a lost stream again. */
const RETRY = "retry: 1000\n\n";

/**
 * Characters written at a time. A view of 2,000 runs has megabytes, and a client is given more only
 * once it has taken what came before: so much waits for one that does not read.
 */
const PIECE_CHARACTERS = 2 ** 16;
/** Most text that waits for all slow clients together. */
const MAXIMUM_WAITING_CHARACTERS = 2 ** 26;

/** The page's streams of server-sent events. */
export class EventStreams {
  readonly #views: Pick<SharedViews, "of">;
  readonly #maximumWaiting: number;
  /** Characters sent that each client has not taken yet; the longest wait first. */
  readonly #waiting = new Map<ServerResponse, number>();

  constructor(views: Pick<SharedViews, "of">, maximumWaiting = MAXIMUM_WAITING_CHARACTERS) {
    this.#views = views;
    this.#maximumWaiting = maximumWaiting;
  }

  /**
   * Sends the view as it is now, and then what changes, at most once a second. A slow client is sent
   * nothing until it has taken what came before, and then the newest state: nothing queues up. If too
   * much waits for all clients together, the one that has taken nothing for longest is cut off.
   *
   * @param first the view when the stream opened.
   * @param lastId the id of the event that the client has seen last; if it is the view's, nothing is
   * repeated.
   */
  async send(
    response: ServerResponse,
    viewed: Viewed,
    first: ViewText,
    lastId: string,
  ): Promise<void> {
    response.write(RETRY);
    let sent: ViewText | undefined = lastId === first.id ? first : undefined;
    let silentSince = performance.now();
    let text = first;
    for (;;) {
      const isDue = performance.now() - silentSince >= HEARTBEAT_MILLISECONDS;
      if (text.id !== sent?.id) await this.#writeEvent(response, text, sent);
      else if (isDue) await this.#write(response, ": still here\n\n");
      if (text.id !== sent?.id || isDue) silentSince = performance.now();
      sent = text;
      await delay(INTERVAL_MILLISECONDS);
      // Nobody is there any more to make a view for.
      if (response.destroyed) return;
      text = await this.#views.of(viewed);
    }
  }

  /** Writes the event that turns the view `before` into this one. */
  async #writeEvent(
    response: ServerResponse,
    text: ViewText,
    before: ViewText | undefined,
  ): Promise<void> {
    for (const piece of piecesOf(text, before)) {
      if (response.destroyed) return;
      await this.#write(response, piece);
    }
  }

  /** Resolves once the client has taken the text, or is gone. */
  async #write(response: ServerResponse, text: string): Promise<void> {
    if (response.destroyed || response.write(text)) return;
    this.#waiting.set(response, text.length);
    this.#cutOff();
    await taken(response);
    this.#waiting.delete(response);
  }

  #cutOff(): void {
    let sum = 0;
    for (const length of this.#waiting.values()) sum += length;
    for (const [response, length] of this.#waiting) {
      if (sum <= this.#maximumWaiting) return;
      response.destroy();
      this.#waiting.delete(response);
      sum -= length;
    }
  }
}

/**
 * The event that turns the view `before` into this one, in pieces: what changed, and the order of
 * everything. The whole text is never put together: many clients may be sent it at the same time.
 */
function* piecesOf(text: ViewText, before: ViewText | undefined): Generator<string> {
  let piece = "";
  for (const part of partsOf(text, before)) {
    for (let start = 0; start < part.length; start += PIECE_CHARACTERS) {
      piece += part.slice(start, start + PIECE_CHARACTERS);
      if (piece.length < PIECE_CHARACTERS) continue;
      yield piece;
      piece = "";
    }
  }
  yield piece;
}

function* partsOf(text: ViewText, before: ViewText | undefined): Generator<string> {
  const order = JSON.stringify([...text.resources.keys()]);
  yield `id: ${text.id}\nevent: view\ndata: {"rest":${text.rest},"order":${order},"changed":[`;
  let isFirst = true;
  for (const [name, json] of text.resources) {
    if (before?.resources.get(name) === json) continue;
    if (!isFirst) yield ",";
    isFirst = false;
    yield json;
  }
  yield "]}\n\n";
}

/** Resolves once the client has taken what was written, or is gone. */
async function taken(response: ServerResponse): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(() => response.destroy(), PATIENCE_MILLISECONDS);
  response.once("drain", resolve).once("close", resolve);
  await promise;
  response.off("drain", resolve).off("close", resolve);
  clearTimeout(timer);
}
