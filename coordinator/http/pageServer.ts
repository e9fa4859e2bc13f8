import type { IncomingMessage, ServerResponse } from "node:http";
import { TLSSocket } from "node:tls";

import type { Logger } from "pino";

import { hostOf } from "../../shared/wire/addresses.ts";
import { hostCountProblem, isOwnHost } from "../../shared/wire/hosts.ts";
import { listenOn, type Listening } from "../../shared/wire/listening.ts";
import { readBearer, tokenDigest } from "../../shared/wire/tokens.ts";
import { asApiError } from "../simulations/failures.ts";
import type { SimulationReads } from "../simulations/reads.ts";
import { nameOf, plainAddress, type Knock } from "../door/authorization.ts";
import type { Door } from "../door/door.ts";
import { beginEvents, sendAsset, sendError, sendJson, sendRefusal } from "./responses.ts";
import { Assets } from "./assets.ts";
import { EventStreams } from "./eventStreams.ts";
import { inWordsOfAddress, readResource, readViewed } from "./jsonInterface.ts";
import { createListener } from "./listener.ts";
import { SharedViews } from "./sharedViews.ts";
import { Views } from "./views.ts";

export interface PageOptions {
  /** The address to listen on, such as `127.0.0.1:8080`; port 0 takes a free one. */
  readonly address: string;
  readonly reads: SimulationReads;
  readonly door: Door;
  readonly log: Logger;
}

/**
 * Serves the live page and the JSON interface beside it. The files of the page are for everybody;
 * what they show is for those whom the door lets in to read.
 *
 * @throws Error if the address cannot be listened on, or the page is not built.
 */
export async function startPage(options: PageOptions): Promise<Listening> {
  const { address, door, log } = options;
  const page = new Page(options, await Assets.load());
  const server = createListener(door, (request, response) => {
    void page.respond(request, response);
  });
  const listening = await listenOn(server, "--http", address);
  log.info({ address, port: listening.port }, "page served");
  return listening;
}

class Page {
  readonly #options: PageOptions;
  readonly #assets: Assets;
  readonly #views: Views;
  readonly #shared: SharedViews;
  readonly #streams: EventStreams;

  constructor(options: PageOptions, assets: Assets) {
    const { reads } = options;
    this.#options = options;
    this.#assets = assets;
    this.#views = new Views(reads);
    this.#shared = new SharedViews(this.#views, reads);
    this.#streams = new EventStreams(this.#shared);
  }

  async respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, url = "" } = request;
    const target = URL.parse(url, "http://page.invalid");
    const hostProblem = hostCountProblem(request.headersDistinct["host"]);
    if (hostProblem !== undefined) {
      sendError(response, 400, "INVALID_ARGUMENT", "HOST", hostProblem);
    } else if (method !== "GET" && method !== "HEAD") {
      const message = `${method} is not allowed: the page is read-only; use GET or HEAD`;
      sendError(response, 405, "UNIMPLEMENTED", "METHOD", message, { allow: "GET, HEAD" });
    } else if (!this.#mayBeNamed(request.headers.host)) {
      const message =
        `the host '${request.headers.host}' may belong to another site; use the machine's ` +
        `address, give that name to --http, or have the coordinator require --tokens`;
      sendError(response, 421, "FAILED_PRECONDITION", "HOST", message);
    } else if (target?.pathname.startsWith("/api/") === true) {
      await this.#respondToApi(request, response, target);
    } else {
      const asset = target === null ? undefined : this.#assets.at(target.pathname);
      if (asset !== undefined) sendAsset(request, response, asset);
      else sendError(response, 404, "NOT_FOUND", "NOT_FOUND", "there is no such page; go to /");
    }
  }

  async #respondToApi(
    request: IncomingMessage,
    response: ServerResponse,
    target: URL,
  ): Promise<void> {
    const { door, log, reads } = this.#options;
    const { pathname, searchParams } = target;
    let leave: (() => void) | undefined;
    try {
      leave = door.admit(this.#knockOf(request, pathname), () => response.destroy());
      if (pathname === "/api/events") await this.#sendEvents(request, response, searchParams);
      else sendJson(response, await readResource(reads, this.#views, pathname, searchParams));
    } catch (error) {
      const refusal = inWordsOfAddress(asApiError(error, log, pathname), searchParams);
      if (response.headersSent) response.destroy();
      else sendRefusal(response, refusal);
    } finally {
      leave?.();
    }
  }

  async #sendEvents(
    request: IncomingMessage,
    response: ServerResponse,
    query: URLSearchParams,
  ): Promise<void> {
    const viewed = readViewed(query);
    // A view that does not exist is refused before the stream begins.
    const first = await this.#shared.of(viewed);
    beginEvents(response);
    if (request.method === "HEAD") response.end();
    else {
      const lastId = request.headers["last-event-id"];
      await this.#streams.send(response, viewed, first, String(lastId ?? ""));
    }
  }

  /**
   * Returns false for a host name that may be another site's: that site could point its own name here
   * (DNS rebinding). Its scripts have neither a certificate for that name, nor a token.
   */
  #mayBeNamed(host: string | undefined): boolean {
    const { address, door } = this.#options;
    return door.tls !== undefined || door.asksForTokens || isOwnHost(host, hostOf(address));
  }

  #knockOf({ headersDistinct, socket }: IncomingMessage, path: string): Knock {
    const token = readBearer(headersDistinct["authorization"] ?? []);
    const isAsked = this.#options.door.tls?.asksForCertificates === true;
    const certificate =
      isAsked && socket instanceof TLSSocket ? socket.getPeerCertificate() : undefined;
    return {
      path,
      tokenDigest: token === undefined ? undefined : tokenDigest(token),
      certificateName: nameOf(certificate),
      address: plainAddress(socket.remoteAddress),
    };
  }
}
