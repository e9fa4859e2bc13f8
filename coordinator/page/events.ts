import type { ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";

import type { SharedViews, ViewText } from "./sharedViews.ts";
import type { Viewed } from "./views.ts";

const INTERVAL_MILLISECONDS = 1000;
/** With nothing to say, a sign of life so often. */
const HEARTBEAT_MILLISECONDS = 5000;
/** Who takes nothing for so long is gone. */
const PATIENCE_MILLISECONDS = 60_000;
/** Said to browsers, for when they have lost the stream. */
const RETRY = "retry: 1000\n\n";

/**
 * Server-sent events: the view as it is now, then whenever it changes what changed, at most once a
 * second. A slow client is sent nothing until it has taken what came before, and then the newest
 * state: nothing queues up.
 *
 * @param first the view when the stream opened.
 * @param lastId the id of the event that the client has seen last; if it is that of the view, there
 * is nothing to repeat.
 */
export async function sendEvents(
  response: ServerResponse,
  views: Pick<SharedViews, "of">,
  viewed: Viewed,
  first: ViewText,
  lastId: string,
): Promise<void> {
  response.write(RETRY);
  let said: ViewText | undefined = lastId === first.id ? first : undefined;
  let silentSince = performance.now();
  let text = first;
  for (;;) {
    const isDue = performance.now() - silentSince >= HEARTBEAT_MILLISECONDS;
    if (text.id !== said?.id) await send(response, eventOf(text, said));
    else if (isDue) await send(response, ": still here\n\n");
    if (text.id !== said?.id || isDue) silentSince = performance.now();
    said = text;
    await delay(INTERVAL_MILLISECONDS);
    // Nobody is there any more to make a view for.
    if (response.destroyed) return;
    text = await views.of(viewed);
  }
}

/** What is different from `before`, with the order of everything. */
function eventOf(text: ViewText, before: ViewText | undefined): string {
  const changed = [...text.resources]
    .filter(([name, json]) => before?.resources.get(name) !== json)
    .map(([, json]) => json);
  const order = JSON.stringify([...text.resources.keys()]);
  const data = `{"rest":${text.rest},"order":${order},"changed":[${changed.join(",")}]}`;
  return `id: ${text.id}\nevent: view\ndata: ${data}\n\n`;
}

/** Resolves once the client has taken it, or is gone. */
async function send(response: ServerResponse, text: string): Promise<void> {
  if (response.destroyed || response.write(text)) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(() => response.destroy(), PATIENCE_MILLISECONDS);
  response.once("drain", resolve).once("close", resolve);
  await promise;
  response.off("drain", resolve).off("close", resolve);
  clearTimeout(timer);
}
