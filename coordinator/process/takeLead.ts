import type { Logger } from "pino";

import { KINDS, type Kinds } from "../../shared/kinds/kinds.ts";
import type { Door } from "../door/door.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { isPostgres, openLedger } from "../ledger/openLedger.ts";
import { startStandby, type Standby } from "./standby.ts";

export interface LeadOptions {
  /** Where the ledger is: a file, `memory` or `postgres://…`. */
  readonly place: string;
  /** The kinds of run that there may be; default: this version's kinds. */
  readonly kinds?: Kinds;
  /** Where to listen, for example `127.0.0.1:7400`; port 0 takes a free one. */
  readonly address: string;
  /** Where to serve the page; default: nowhere. */
  readonly http?: string;
  /** Access control; kept when the standby starts to lead. */
  readonly door: Door;
  /** This coordinator's host and process, for people to read. */
  readonly holder: string;
  readonly log: Logger;
  /** Called as soon as this coordinator has to wait, with the standby that waits. */
  readonly onStandby: (standby: Standby) => void;
  /** Called once if another coordinator later takes the lead, or the database is lost. */
  readonly onLost: (error: Error) => void;
  /** Ends the waiting. */
  readonly signal: AbortSignal;
}

/** What a coordinator needs to lead. */
export interface Lead {
  readonly ledger: Ledger;
  readonly kinds: Kinds;
  /** Where to listen now; if this coordinator stood by, on the port it had then. */
  readonly address: string;
  /** Where to serve the page now. */
  readonly http?: string;
}

/**
 * Opens the ledger. If another coordinator leads there, stands by until it no longer does.
 *
 * @throws LedgerUnavailable; Error if the address cannot be listened on; AbortError at the signal
 */
export async function takeLead(options: LeadOptions): Promise<Lead> {
  const { place, kinds = KINDS, address, http, door, log } = options;
  const places = { address, ...(http !== undefined && { http }) };
  if (!isPostgres(place)) return { ledger: await openLedger(place, kinds), kinds, ...places };
  const { openPostgresLedger } = await import("../ledger/postgresLedger.ts");
  let standby: Promise<Standby> | undefined;
  const failure = Promise.withResolvers<never>();
  const stop = new AbortController();
  const opening = openPostgresLedger({
    url: place,
    kinds,
    holder: options.holder,
    onLost: options.onLost,
    onStandby: (leader) => {
      standby = startStandby({ ...places, leader, door, log });
      standby.then(options.onStandby, failure.reject);
    },
    signal: AbortSignal.any([options.signal, stop.signal]),
  });
  try {
    const ledger = await Promise.race([opening, failure.promise]);
    if (standby === undefined) return { ledger, kinds, ...places };
    const waited = await standby;
    await waited.close();
    return {
      ledger,
      kinds,
      address: withPort(address, waited.port),
      ...(http !== undefined && { http: withPort(http, waited.httpPort) }),
    };
  } catch (error) {
    stop.abort();
    await opening.catch(() => undefined);
    await (await standby?.catch(() => undefined))?.close();
    throw error;
  }
}

function withPort(address: string, port: number | undefined): string {
  return port === undefined ? address : address.replace(/:\d+$/, `:${port}`);
}
