import type { IncomingMessage, ServerResponse } from "node:http";
import { TLSSocket } from "node:tls";

import type { Logger } from "pino";

import { hostOf } from "../../shared/wire/addresses.ts";
import { isOwnHost } from "../../shared/wire/hosts.ts";
import { listenOn, type Listening } from "../../shared/wire/listening.ts";
import { readBearer, tokenDigest } from "../../shared/wire/tokens.ts";
import { asApiError } from "../simulations/failures.ts";
import type { Simulations } from "../simulations/simulations.ts";
import { nameOf, plainAddress, type Knock } from "../door/authorization.ts";
import type { Door } from "../door/door.ts";
import type { Engine } from "../engine/engine.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { beginEvents, sendAsset, sendError, sendJson, sendRefusal } from "./responses.ts";
import { Assets } from "./assets.ts";
import { EventStreams } from "./eventStreams.ts";
import { readResource, readViewed } from "./jsonInterface.ts";
import { createListener } from "./listener.ts";
import { SharedViews } from "./sharedViews.ts";
import { Views } from "./views.ts";

export interface PageOptions {
  /** Such as `127.0.0.1:8080`; port 0 takes a free one. */
  readonly address: string;
  readonly coordinator: Simulations;
  readonly engine: Engine;
  readonly ledger: Ledger;
  readonly door: Door;
  readonly log: Logger;
  /** Seconds, the engine's. */
  readonly clock: () => number;
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
    void page.answer(request, response);
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
    const { engine, clock } = options;
    this.#options = options;
    this.#assets = assets;
    this.#views = new Views(options);
    this.#shared = new SharedViews(this.#views, engine, clock);
    this.#streams = new EventStreams(this.#shared);
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, url = "" } = request;
    const target = URL.parse(url, "http://page.invalid");
    if (method !== "GET" && method !== "HEAD") {
      const message = `${method} is not allowed; the page shows, and changes nothing: use GET or HEAD`;
      sendError(response, 405, "UNIMPLEMENTED", "METHOD", message, { allow: "GET, HEAD" });
    } else if (!this.#mayBeNamed(request.headers.host)) {
      const message =
        `the host '${request.headers.host}' may be another site's; ask for the machine's ` +
        `address, give that name to --http, or have the coordinator ask for --tokens`;
      sendError(response, 421, "FAILED_PRECONDITION", "HOST", message);
    } else if (target?.pathname.startsWith("/api/") === true) {
      await this.#answerJson(request, response, target);
    } else {
      const asset = target === null ? undefined : this.#assets.at(target.pathname);
      if (asset !== undefined) sendAsset(request, response, asset);
      else sendError(response, 404, "NOT_FOUND", "NOT_FOUND", "there is no such page; go to /");
    }
  }

  async #answerJson(
    request: IncomingMessage,
    response: ServerResponse,
    target: URL,
  ): Promise<void> {
    const { door, log } = this.#options;
    const { pathname, searchParams } = target;
    let leave: (() => void) | undefined;
    try {
      leave = door.admit(this.#knockOf(request, pathname), () => response.destroy());
      if (pathname === "/api/events") await this.#answerEvents(request, response, searchParams);
      else {
        const options = { ...this.#options, views: this.#views };
        sendJson(response, await readResource(options, pathname, searchParams));
      }
    } catch (error) {
      const refusal = asApiError(error, log, pathname);
      if (response.headersSent) response.destroy();
      else sendRefusal(response, refusal);
    } finally {
      leave?.();
    }
  }

  async #answerEvents(
    request: IncomingMessage,
    response: ServerResponse,
    query: URLSearchParams,
  ): Promise<void> {
    const viewed = readViewed(query);
    // What is not there is refused before the stream begins.
    const first = await this.#shared.of(viewed);
    beginEvents(response);
    if (request.method === "HEAD") response.end();
    else {
      const lastId = request.headers["last-event-id"];
      await this.#streams.send(response, viewed, first, String(lastId ?? ""));
    }
  }

  /** Another site's scripts have neither a certificate for its name here, nor a token. */
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
