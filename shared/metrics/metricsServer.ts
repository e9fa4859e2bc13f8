import { createServer, type ServerResponse } from "node:http";

import type { Logger } from "pino";
import { Registry } from "prom-client";

import { hostOf, isLoopback } from "../wire/addresses.ts";
import { isOwnHost } from "../wire/hosts.ts";
import { listenOn, type Listening } from "../wire/listening.ts";

/** What a process reports about itself. */
export interface Observed {
  /** The metrics in Prometheus's text format. */
  scrape(): Promise<string>;
  /** Why the process should not get work, in a sentence; undefined if it should. */
  readonly notReady: string | undefined;
}

interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/**
 * Serves `/metrics` for Prometheus, `/healthz` (the process answers) and `/readyz` (it can do its
 * work), unencrypted and to everyone who reaches the address. On loopback it answers only to its
 * own host names, so that no other site reads it through a browser (DNS rebinding).
 *
 * @param address HOST:PORT; port 0 takes a free one.
 * @throws Error if the address cannot be listened on.
 */
export async function startMetricsServer(
  address: string,
  observed: Observed,
  log: Logger,
): Promise<Listening> {
  const host = hostOf(address);
  const server = createServer((request, response) => {
    const hosts = request.headersDistinct["host"];
    // A probe of HTTP/1.0 sends no Host header; node:http refuses others without one.
    if (hosts !== undefined && hosts.length > 1) {
      send(response, text(400, `there are ${hosts.length} Host headers; send one`));
      return;
    }
    if (isLoopback(host) && !isOwnHost(request.headers.host, host)) {
      send(response, text(421, "this name may belong to another site; use 127.0.0.1"));
      return;
    }
    answer(request.method, request.url, observed).then(
      (given) => {
        send(response, given);
      },
      (error: unknown) => {
        log.error({ err: error }, "metrics could not be collected");
        send(response, text(500, "the metrics could not be collected; see the log"));
      },
    );
  });
  return listenOn(server, "--metrics", address);
}

async function answer(
  method: string | undefined,
  url: string | undefined,
  observed: Observed,
): Promise<Answer> {
  if (method !== "GET" && method !== "HEAD") return text(405, "only GET and HEAD are allowed");
  switch ((url ?? "").replace(/\?.*$/s, "")) {
    case "/metrics":
      return {
        status: 200,
        contentType: Registry.PROMETHEUS_CONTENT_TYPE,
        body: await observed.scrape(),
      };
    case "/healthz":
      return text(200, "alive");
    case "/readyz":
      return text(observed.notReady === undefined ? 200 : 503, observed.notReady ?? "ready");
    default:
      return text(404, "this path is unknown; there are /metrics, /healthz and /readyz");
  }
}

function text(status: number, sentence: string): Answer {
  return { status, contentType: "text/plain; charset=utf-8", body: `${sentence}\n` };
}

function send(response: ServerResponse, { status, contentType, body }: Answer): void {
  response.writeHead(status, { "content-type": contentType, "cache-control": "no-store" });
  response.end(body);
}
