import { EventParser } from "./eventStream.ts";
import { after, type ViewEvent, type ViewState } from "./viewState.ts";

/** How the page stands with its coordinator. */
export type Condition =
  | { readonly kind: "connecting" | "live" }
  /** The coordinator does not answer; the page keeps trying. */
  | { readonly kind: "lost" }
  /** The coordinator answers with a refusal. */
  | { readonly kind: "refused"; readonly status: number; readonly message: string };

export interface ConnectionOptions {
  /** The query of the events, such as `view=fleet`. */
  readonly query: string;
  readonly token: string | null;
  readonly onState: (state: ViewState) => void;
  readonly onCondition: (condition: Condition) => void;
}

/** A stream this quiet is dead: the coordinator sends a sign of life every five seconds. */
const SILENCE_MILLISECONDS = 15_000;
const FIRST_PAUSE_MILLISECONDS = 500;
const LONGEST_PAUSE_MILLISECONDS = 5000;
/** Statuses that asking again would not change. */
const FINAL_STATUSES: ReadonlySet<number> = new Set([400, 401, 403, 404, 421]);

/** A stream of events that reopens until it is closed. EventSource could not send a token. */
export class Connection {
  readonly #options: ConnectionOptions;
  readonly #closed = new AbortController();
  #state: ViewState | undefined;
  #lastId = "";

  constructor(options: ConnectionOptions) {
    this.#options = options;
    void this.#keep();
  }

  close(): void {
    this.#closed.abort();
  }

  async #keep(): Promise<void> {
    const { onCondition } = this.#options;
    let pause = FIRST_PAUSE_MILLISECONDS;
    onCondition({ kind: "connecting" });
    while (!this.#closed.signal.aborted) {
      try {
        const response = await this.#open();
        if (response.status !== 200) {
          const refusal = await refusalOf(response);
          onCondition(refusal);
          if (FINAL_STATUSES.has(response.status)) return;
        } else {
          pause = FIRST_PAUSE_MILLISECONDS;
          await this.#read(response);
        }
      } catch {
        // Whatever broke, the next round tries again; the condition says so until it works.
      }
      if (this.#closed.signal.aborted) return;
      onCondition({ kind: "lost" });
      await new Promise((resolve) => setTimeout(resolve, pause));
      pause = Math.min(2 * pause, LONGEST_PAUSE_MILLISECONDS);
    }
  }

  async #open(): Promise<Response> {
    const { query, token } = this.#options;
    const headers = new Headers();
    if (token !== null) headers.set("authorization", `Bearer ${token}`);
    if (this.#lastId !== "") headers.set("last-event-id", this.#lastId);
    return fetch(`/api/events?${query}`, { headers, signal: this.#closed.signal });
  }

  async #read(response: Response): Promise<void> {
    if (response.body === null) return;
    const { onState, onCondition } = this.#options;
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    const parser = new EventParser();
    onCondition({ kind: "live" });
    try {
      for (;;) {
        const { done, value } = await soon(reader.read());
        if (done || this.#closed.signal.aborted) return;
        for (const { id, data } of parser.feed(value)) {
          this.#lastId = id;
          this.#state = after(this.#state, JSON.parse(data) as ViewEvent);
          onState(this.#state);
        }
      }
    } finally {
      void reader.cancel().catch(() => undefined);
    }
  }
}

async function refusalOf(response: Response): Promise<Condition> {
  const body = (await response.json()) as { error?: { message?: string } };
  // HTTP/2, which a server in between may speak, has no words for a status.
  const message = body.error?.message ?? `the answer was HTTP ${response.status}`;
  return { kind: "refused", status: response.status, message };
}

/** Settles like the promise, but rejects if nothing comes for too long. */
async function soon<Value>(promise: Promise<Value>): Promise<Value> {
  const { promise: silence, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(new Error("the coordinator is silent"));
  }, SILENCE_MILLISECONDS);
  try {
    return await Promise.race([promise, silence]);
  } finally {
    clearTimeout(timer);
  }
}
