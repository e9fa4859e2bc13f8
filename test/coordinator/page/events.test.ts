import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, get, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

import { sendEvents } from "../../../coordinator/page/events.ts";
import type { ViewText } from "../../../coordinator/page/sharedViews.ts";

/** More than the system's buffers take for a client that does not read. */
const LARGE = "x".repeat(2 ** 25);

function view(id: number): ViewText {
  const resources = new Map([
    ["runs/large", `{"name":"runs/large","id":${id},"ballast":"${LARGE}"}`],
    ["runs/still", '{"name":"runs/still"}'],
  ]);
  return { id: String(id), rest: "{}", resources };
}

describe("sendEvents", () => {
  it("makes nothing for who does not read, then sends the newest, and sees who goes", async () => {
    let asked = 0;
    const views = {
      of: async () => {
        asked += 1;
        return view(asked);
      },
    };
    const ended = Promise.withResolvers<void>();
    const server = createServer((_request, response) => {
      sendEvents(response, views, { view: "overview", pageToken: "" }, view(0), "").then(
        ended.resolve,
        ended.reject,
      );
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const request = get({ port, agent: false });
    const [response] = (await once(request, "response")) as [IncomingMessage];
    // Time in which it would have been asked for twice.
    await delay(2500);
    assert.equal(asked, 0);
    response.setEncoding("utf8");
    const pieces: string[] = [];
    let blocks = 0;
    for await (const piece of response as AsyncIterable<string>) {
      const isSplit = piece.startsWith("\n") && pieces.at(-1)?.endsWith("\n") === true;
      blocks += piece.split("\n\n").length - 1 + (isSplit ? 1 : 0);
      pieces.push(piece);
      // The first says when to come again; an event follows, and another.
      if (blocks === 3) break;
    }
    await ended.promise;
    server.close();
    const events = [...pieces.join("").matchAll(/^data: (.*)$/gm)].map(
      ([, data]) => JSON.parse(String(data)) as { order: string[]; changed: { name: string }[] },
    );
    assert.deepEqual(
      events.map(({ changed }) => changed.map(({ name }) => name)),
      [["runs/large", "runs/still"], ["runs/large"]],
    );
    assert.deepEqual(events[1]?.order, ["runs/large", "runs/still"]);
  });
});
