import { setTimeout as delay } from "node:timers/promises";

import { Client, type ClientConfig } from "pg";

import { LeadershipLost } from "./ledger.ts";

/** The advisory lock that the leader holds in the ledger's database: "LYAP", 1. */
const LOCK_CLASS = 0x4c594150;
const LOCK_OBJECT = 1;
const HEARTBEAT_MILLISECONDS = 500;
const ELECTION_MILLISECONDS = 250;
/** A leader silent for this long counts as frozen or cut off, and its lock is taken. */
const SILENCE_MILLISECONDS = 2500;

export interface LeadershipOptions {
  /** This coordinator's host and process, for people to read. */
  readonly holder: string;
  /** Called once if another coordinator takes the lead, or the database is lost. */
  readonly onLost: (error: Error) => void;
  /** Called once if this coordinator has to wait for the lead. */
  readonly onStandby: (leader: string) => void;
  /** Ends the waiting. */
  readonly signal: AbortSignal;
}

/** The lead of one coordinator: the advisory lock on its own connection, and the heartbeat. */
export class Leadership {
  readonly epoch: number;
  readonly #client: Client;
  readonly #onLost: (error: Error) => void;
  #heartbeat: NodeJS.Timeout | undefined;
  #ended = false;

  private constructor(epoch: number, client: Client, onLost: (error: Error) => void) {
    this.epoch = epoch;
    this.#client = client;
    this.#onLost = onLost;
    client.on("error", (error) => this.#lose(error));
    client.on("end", () => this.#lose(new Error("the database closed the leader's connection")));
    this.#scheduleHeartbeat();
  }

  /** Resolves once this coordinator leads. */
  static async win(config: ClientConfig, options: LeadershipOptions): Promise<Leadership> {
    const client = new Client(config);
    let isStandby = false;
    try {
      await client.connect();
      while (!(await lock(client))) {
        if (!isStandby) options.onStandby(await leader(client));
        isStandby = true;
        await unseatSilent(client);
        await delay(ELECTION_MILLISECONDS, undefined, { signal: options.signal });
      }
      const epoch = await begin(client, options.holder);
      return new Leadership(epoch, client, options.onLost);
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
  }

  async resign(): Promise<void> {
    this.#ended = true;
    clearTimeout(this.#heartbeat);
    await this.#client.end().catch(() => undefined);
  }

  #scheduleHeartbeat(): void {
    this.#heartbeat = setTimeout(() => void this.#beat(), HEARTBEAT_MILLISECONDS);
  }

  async #beat(): Promise<void> {
    try {
      const { rows } = await this.#client.query<{ epoch: number }>(
        `with beat as (update heartbeat set time = ${NOW} returning 1)
         select epoch from leadership, beat`,
      );
      const epoch = rows[0]?.epoch ?? -1;
      if (epoch !== this.epoch) throw new LeadershipLost(this.epoch, epoch);
      if (!this.#ended) this.#scheduleHeartbeat();
    } catch (error) {
      this.#lose(error as Error);
    }
  }

  #lose(error: Error): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#heartbeat);
    this.#onLost(error);
  }
}

/** The present time in milliseconds since 1970; SQL's now() is when the transaction began. */
const NOW = "(extract(epoch from clock_timestamp()) * 1000)::bigint";

async function lock(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ locked: boolean }>(
    "select pg_try_advisory_lock($1, $2) as locked",
    [LOCK_CLASS, LOCK_OBJECT],
  );
  return rows[0]?.locked === true;
}

async function leader(client: Client): Promise<string> {
  const { rows } = await client.query<{ holder: string }>("select holder from leadership");
  const holder = rows[0]?.holder ?? "";
  return holder === "" ? "the other coordinator" : holder;
}

/** Begins an epoch: waits for the last epoch's open transactions; later ones will be refused. */
async function begin(client: Client, holder: string): Promise<number> {
  await client.query(`update heartbeat set time = ${NOW}`);
  const { rows } = await client.query<{ epoch: number }>(
    "update leadership set epoch = epoch + 1, holder = $1 returning epoch",
    [holder],
  );
  const epoch = rows[0]?.epoch;
  if (epoch === undefined) throw new Error("its leadership table is empty");
  return epoch;
}

/**
 * Takes the lock from a leader whose heartbeat has stopped. It closes all of the leader's
 * connections, since the next epoch would have to wait for a transaction on any of them.
 */
async function unseatSilent(client: Client): Promise<void> {
  await client.query(
    `select pg_terminate_backend(connection.pid)
     from pg_locks
       join pg_stat_activity leader on leader.pid = pg_locks.pid
       join pg_stat_activity connection on connection.application_name = leader.application_name,
       heartbeat
     where locktype = 'advisory' and classid = $1 and objid = $2 and granted
       and database = (select oid from pg_database where datname = current_database())
       and ${NOW} - heartbeat.time > $3`,
    [LOCK_CLASS, LOCK_OBJECT, SILENCE_MILLISECONDS],
  );
}
