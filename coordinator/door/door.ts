import {
  experimental,
  ServerCredentials,
  ServerInterceptingCall,
  status as Code,
  type Metadata,
  type ServerInterceptor,
} from "@grpc/grpc-js";
import type { Logger } from "pino";

import { ApiError, toStatus } from "../../shared/wire/errorDetails.ts";
import { AUTHORIZATION, readBearer, tokenDigest } from "../../shared/wire/tokens.ts";
import { authorize, nameOf, plainAddress, type Caller, type Knock } from "./authorization.ts";
import { ClientBook } from "./clientBook.ts";
import { forgetful } from "./forgetfulDecoder.ts";
import { DEFAULT_LIMITS, type Limits } from "./limits.ts";
import { explainStatuses } from "./ownStatuses.ts";
import { PeerBook } from "./peerBook.ts";
import { RefusalLog } from "./refusalLog.ts";
import { openTls, type Tls, type TlsFiles } from "./tls.ts";
import { TokenTable } from "./tokenTable.ts";
import { WatchedFiles } from "./watchedFiles.ts";
import { reasonOf } from "../../shared/wire/reason.ts";

type Call = Parameters<ServerInterceptor>[1];

export interface DoorOptions {
  /** Default: in the clear. */
  readonly tls?: TlsFiles;
  /** A file of tokens; default: none is asked for. */
  readonly tokens?: string;
  readonly limits?: Limits;
  /** Sees every call before the door does, those that are turned away included. */
  readonly watch?: ServerInterceptor;
  readonly log: Logger;
}

/**
 * Opens the files that say who may come in.
 *
 * @throws Error that names the flag, the file, the value and the remedy
 */
export function openDoor(options: DoorOptions): Door {
  const { tls: files, tokens, log, limits = DEFAULT_LIMITS, watch } = options;
  const tls = files === undefined ? undefined : openTls(files, log);
  if (tokens === undefined) return new Door({ tls, tokens, limits, watch, log });
  const parse = ([content]: readonly Buffer[]) => {
    try {
      return TokenTable.parse(String(content));
    } catch (error) {
      throw new Error(`--tokens: '${tokens}': ${reasonOf(error)}`, { cause: error });
    }
  };
  const table = new WatchedFiles([{ flag: "--tokens", path: tokens }], parse, log);
  return new Door({ tls, tokens: table, limits, watch, log });
}

/** A door for a coordinator that only this machine reaches: everybody may come in, within the limits. */
export function openToAll(log: Logger, limits: Limits = DEFAULT_LIMITS): Door {
  return new Door({ tls: undefined, tokens: undefined, limits, log });
}

/** A caller who is inside, or wants to be. */
interface Visitor {
  readonly knock: Knock;
  /** Ends what they came for. */
  readonly showOut: (refusal: ApiError) => void;
}

/** The one way in: every call and request is let in here, or refused. */
export class Door implements Disposable {
  readonly limits: Limits;
  readonly peers: PeerBook;
  readonly clients: ClientBook;
  /** Credentials for a server behind this door. */
  readonly credentials: ServerCredentials;
  /** TLS; undefined if the server speaks in the clear. */
  readonly tls: Tls | undefined;
  readonly #tokens: WatchedFiles<TokenTable> | undefined;
  readonly #refusals: RefusalLog;
  /** Callers by the metadata object that their handlers see: no caller can forge one. */
  readonly #callers = new WeakMap<Metadata, Caller>();
  readonly #open = new Map<object, Visitor>();

  constructor(options: {
    readonly tls: Tls | undefined;
    readonly tokens: WatchedFiles<TokenTable> | undefined;
    readonly limits: Limits;
    readonly watch?: ServerInterceptor | undefined;
    readonly log: Logger;
  }) {
    const { tls, tokens, limits, watch, log } = options;
    this.tls = tls;
    this.#tokens = tokens;
    this.#refusals = new RefusalLog(log);
    this.limits = limits;
    this.peers = new PeerBook(limits);
    this.clients = new ClientBook(limits);
    this.credentials = experimental.createServerCredentialsWithInterceptors(
      tls?.credentials ?? ServerCredentials.createInsecure(),
      [
        (_method, call) => {
          explainStatuses(call);
          return forgetful(call);
        },
        ...(watch === undefined ? [] : [watch]),
        ({ path }, call) => this.#intercept(call, path),
      ],
    );
    tokens?.onChange(() => {
      this.#recheck();
    });
  }

  /** The caller that sent this metadata. */
  callerOf(metadata: Metadata): Caller {
    const caller = this.#callers.get(metadata);
    if (caller !== undefined) return caller;
    throw new ApiError(Code.INTERNAL, "INTERNAL", "the call has not come through the door");
  }

  /** True if callers need tokens. */
  get asksForTokens(): boolean {
    return this.#tokens !== undefined;
  }

  /**
   * Lets a request over HTTP in, by the rules for calls; returns what is to be called at its end.
   *
   * @param showOut ends it, once its token is good no longer.
   * @throws ApiError UNAUTHENTICATED, PERMISSION_DENIED, RESOURCE_EXHAUSTED
   */
  admit(knock: Knock, showOut: (refusal: ApiError) => void): () => void {
    const visitor: Visitor = { knock, showOut };
    const { peer } = this.#enter(visitor);
    this.#open.set(visitor, visitor);
    return () => {
      this.#open.delete(visitor);
      this.peers.closeStream(peer);
    };
  }

  [Symbol.dispose](): void {
    this.tls?.[Symbol.dispose]();
    this.#tokens?.[Symbol.dispose]();
  }

  #intercept(call: Call, path: string): ServerInterceptingCall {
    let caller: Caller | undefined;
    return new ServerInterceptingCall(call, {
      start: (next) => {
        next({
          onReceiveMetadata: (metadata, proceed) => {
            const visitor: Visitor = {
              knock: this.#knockOf(call, path, metadata),
              showOut: (refusal) => {
                call.sendStatus(toStatus(refusal));
              },
            };
            try {
              caller = this.#enter(visitor);
            } catch (error) {
              visitor.showOut(error as ApiError);
              return;
            }
            this.#callers.set(metadata, caller);
            this.#open.set(call, visitor);
            proceed(metadata);
          },
          onReceiveMessage: (message, proceed) => {
            // A call that is being ended may be slow to end, and is not listened to any more.
            if (this.#open.has(call)) proceed(message);
          },
          onCancel: () => {
            // grpc-js calls this last, however a call ends.
            if (caller === undefined) return;
            this.#open.delete(call);
            this.peers.closeStream(caller.peer);
            caller = undefined;
          },
        });
      },
    });
  }

  #knockOf(call: Call, path: string, metadata: Metadata): Knock {
    const token = readBearer(metadata.get(AUTHORIZATION));
    const certificate = call.getAuthContext().sslPeerCertificate;
    return {
      path,
      tokenDigest: token === undefined ? undefined : tokenDigest(token),
      certificateName: this.tls?.asksForCertificates === true ? nameOf(certificate) : undefined,
      address: plainAddress(call.getConnectionInfo().remoteAddress),
    };
  }

  /** @throws ApiError, noted in the log */
  #enter({ knock }: Visitor): Caller {
    try {
      const caller = authorize(this.#tokens?.current, knock);
      this.peers.openStream(caller.peer);
      return caller;
    } catch (error) {
      throw this.#noted(knock, error);
    }
  }

  /** Ends the calls of those whose token is good no longer. */
  #recheck(): void {
    for (const [key, { knock, showOut }] of this.#open) {
      try {
        authorize(this.#tokens?.current, knock);
      } catch (error) {
        this.#open.delete(key);
        showOut(this.#noted(knock, error));
      }
    }
  }

  #noted({ address, path }: Knock, error: unknown): ApiError {
    const refusal =
      error instanceof ApiError
        ? error
        : new ApiError(Code.INTERNAL, "INTERNAL", "the coordinator failed; see its log", {
            cause: error,
          });
    this.#refusals.note(address, path, refusal);
    return refusal;
  }
}
