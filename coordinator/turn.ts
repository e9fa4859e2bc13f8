import type { Logger } from "pino";

import type { Door } from "./door/door.ts";
import type { Ledger } from "./ledger/ledger.ts";
import { isPostgres, openLedger } from "./ledger/openLedger.ts";
import { startStandby, type Standby } from "./standby.ts";

export interface TurnOptions {
  /** Of the ledger: a file, `memory` or `postgres://…`. */
  readonly place: string;
  /** Where to listen, such as `127.0.0.1:7400`; port 0 takes a free one. */
  readonly address: string;
  /** Of the standby, as of the coordinator that it becomes. */
  readonly door: Door;
  /** For people: host and process of this coordinator. */
  readonly holder: string;
  readonly log: Logger;
  /** Called with the port as soon as it is known that this coordinator has to wait. */
  readonly onStandby: (port: number) => void;
  /** Called once if another coordinator leads later, or the database is lost. */
  readonly onLost: (error: Error) => void;
  /** Ends the waiting. */
  readonly signal: AbortSignal;
}

/** What a coordinator starts with. */
export interface Turn {
  readonly ledger: Ledger;
  /** Where to listen now: with the port on which this coordinator stood by, if it did. */
  readonly address: string;
}

/**
 * Opens the ledger; if another coordinator leads there, stands by until it no longer does.
 *
 * @throws LedgerUnavailable; Error if the address cannot be listened on; AbortError at the signal
 */
export async function takeTurn(options: TurnOptions): Promise<Turn> {
  const { place, address, door, log } = options;
  if (!isPostgres(place)) return { ledger: await openLedger(place), address };
  const { openPostgresLedger } = await import("./ledger/postgresLedger.ts");
  let standby: Promise<Standby> | undefined;
  const failure = Promise.withResolvers<never>();
  const stop = new AbortController();
  const opening = openPostgresLedger({
    url: place,
    holder: options.holder,
    onLost: options.onLost,
    onStandby: (leader) => {
      standby = startStandby(address, leader, door, log);
      standby.then(({ port }) => options.onStandby(port), failure.reject);
    },
    signal: AbortSignal.any([options.signal, stop.signal]),
  });
  try {
    const ledger = await Promise.race([opening, failure.promise]);
    if (standby === undefined) return { ledger, address };
    const waited = await standby;
    waited.close();
    return { ledger, address: address.replace(/:\d+$/, `:${waited.port}`) };
  } catch (error) {
    stop.abort();
    await opening.catch(() => undefined);
    (await standby?.catch(() => undefined))?.close();
    throw error;
  }
}
