import assert from "node:assert/strict";

/** Reads the first event of a stream of server-sent events, as a whole. */
export async function firstEvent(
  url: string,
  headers: Record<string, string> = {},
): Promise<string> {
  const response = await fetch(url, { headers });
  assert.equal(response.status, 200);
  let received = "";
  assert.ok(response.body);
  for await (const piece of response.body.pipeThrough(new TextDecoderStream())) {
    received += piece;
    if (/\n\n(id|:)/.test(received) && received.endsWith("\n\n")) break;
  }
  return received;
}
