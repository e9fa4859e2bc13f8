import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, get, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

import { EventStreams } from "../../../coordinator/http/eventStreams.ts";
import type { ViewText } from "../../../coordinator/http/sharedViews.ts";
import { slow } from "../../support/tiers/tiers.ts";

/** More than the system buffers for a client that does not read. */
const LARGE = "x".repeat(2 ** 25);

function view(id: number): ViewText {
  const resources = new Map([
    ["runs/large", `{"name":"runs/large","id":${id},"ballast":"${LARGE}"}`],
    ["runs/still", '{"name":"runs/still"}'],
  ]);
  return { id: String(id), rest: "{}", resources };
}

/** A server of one view that changes whenever it is asked for. */
async function serveStreams(maximumWaiting?: number) {
  let asked = 0;
  const views = {
    of: async () => {
      asked += 1;
      return view(asked);
    },
  };
  const streams = new EventStreams(views, maximumWaiting);
  const ended: Promise<void>[] = [];
  const server = createServer((_request, response) => {
    ended.push(streams.send(response, { view: "overview", pageToken: "" }, view(0), ""));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    /** How often a view was made for a stream that had one. */
    asked: () => asked,
    /** Resolves once every stream has ended. */
    close: async () => {
      server.close();
      await Promise.all(ended);
    },
  };
}

/** Opens a stream of which nothing is read yet. */
async function open(url: string): Promise<IncomingMessage> {
  const [response] = (await once(get(url, { agent: false }), "response")) as [IncomingMessage];
  return response.setEncoding("utf8");
}

/** Reads a number of events, then leaves. */
async function readEvents(response: IncomingMessage, count: number) {
  const pieces: string[] = [];
  let blocks = 0;
  for await (const piece of response as AsyncIterable<string>) {
    const isSplit = piece.startsWith("\n") && pieces.at(-1)?.endsWith("\n") === true;
    blocks += piece.split("\n\n").length - 1 + (isSplit ? 1 : 0);
    pieces.push(piece);
    // The first block says when to come again.
    if (blocks >= 1 + count) break;
  }
  return [...pieces.join("").matchAll(/^data: (.*)$/gm)].map(
    ([, data]) => JSON.parse(String(data)) as { order: string[]; changed: { name: string }[] },
  );
}

describe("EventStreams", () => {
  slow("wait for a client's buffers to fill").it(
    "make nothing for a client that does not read, then send the newest, and notice who leaves",
    async () => {
      const { url, asked, close } = await serveStreams();
      const response = await open(url);
      // In this time the view would have been made twice.
      await delay(2500);
      assert.equal(asked(), 0);
      const events = await readEvents(response, 2);
      await close();
      assert.deepEqual(
        events.map(({ changed }) => changed.map(({ name }) => name)),
        [["runs/large", "runs/still"], ["runs/large"]],
      );
      assert.deepEqual(events[1]?.order, ["runs/large", "runs/still"]);
    },
  );

  it("cut off one of the clients that have read nothing where too much waits", async () => {
    // Of one event so much waits for a client, however large the event is.
    const { url, close } = await serveStreams(2.5 * 2 ** 16);
    const clients = [await open(url), await open(url), await open(url)];
    const reads = await Promise.allSettled(clients.map((client) => readEvents(client, 1)));
    await close();
    const served = reads.filter(({ status }) => status === "fulfilled");
    assert.equal(served.length, 2);
    for (const read of served) assert.equal(read.status === "fulfilled" && read.value.length, 1);
  });
});
