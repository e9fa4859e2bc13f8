import { once } from "node:events";
import { get } from "node:http";
import { connect } from "node:net";
import { text } from "node:stream/consumers";

/** Asks with a Host header of one's own, which `fetch` does not allow, and returns the status. */
export async function statusByName(url: string, host: string): Promise<number | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  get(url, { headers: { host } }, (response) => {
    response.resume();
    resolve(response.statusCode);
  }).on("error", reject);
  return promise;
}

/** Sends a request with these Host headers, which clients do not let one choose; returns the answer. */
export async function answerToHosts(
  url: string,
  path: string,
  hosts: readonly string[],
): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, "connect");
  const headers = [...hosts.map((host) => `Host: ${host}`), "Connection: close"];
  socket.end(`GET ${path} HTTP/1.1\r\n${headers.join("\r\n")}\r\n\r\n`);
  return text(socket);
}
