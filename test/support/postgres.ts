import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";

import { Client } from "pg";

import { freePort } from "./ports.ts";

const execute = promisify(execFile);
const PROGRAMS = "/usr/lib/postgresql";

/** A PostgreSQL server for one test; disposing deletes the folder with its files. */
export class PostgresServer implements AsyncDisposable {
  readonly #folder: string;
  readonly #port: number;
  readonly #process: ChildProcess;
  #databases = 0;

  private constructor(folder: string, port: number, child: ChildProcess) {
    this.#folder = folder;
    this.#port = port;
    this.#process = child;
  }

  /** @throws Error if Debian's package postgresql is not installed */
  static async start(): Promise<PostgresServer> {
    const versions = await readdir(PROGRAMS).catch((): string[] => []);
    const version = versions.toSorted().at(-1);
    if (version === undefined) throw new Error("install Debian's package postgresql");
    const programs = join(PROGRAMS, version, "bin");
    const folder = await mkdtemp("/tmp/lyapunov-postgres-");
    const user = await unprivileged();
    if (user !== undefined) await execute("chown", [`${user.uid}:${user.gid}`, folder]);
    const data = join(folder, "data");
    const flags = ["--pgdata", data, "--username", "lyapunov", "--auth", "trust", "--no-sync"];
    await execute(join(programs, "initdb"), flags, { ...user });
    const port = await freePort();
    const child = spawn(
      join(programs, "postgres"),
      ["-D", data, "-k", folder, "-h", "127.0.0.1", "-p", String(port)],
      { ...user, stdio: "ignore" },
    );
    const server = new PostgresServer(folder, port, child);
    await server.#answers();
    return server;
  }

  get pid(): number {
    return this.#process.pid as number;
  }

  /** Creates an empty database and returns its address. */
  async createDatabase(): Promise<string> {
    this.#databases += 1;
    const name = `ledger_${this.#databases}`;
    await this.query(`create database ${name}`);
    return this.url(name);
  }

  url(database: string): string {
    return `postgres://lyapunov@127.0.0.1:${this.#port}/${database}`;
  }

  async query(text: string, database = "postgres"): Promise<readonly Record<string, unknown>[]> {
    const client = new Client(this.url(database));
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(text)).rows;
    } finally {
      await client.end();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const exited = once(this.#process, "exit");
    // An immediate shutdown, which does not wait for clients.
    this.#process.kill("SIGQUIT");
    await exited;
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #answers(): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      try {
        await this.query("select 1");
        return;
      } catch (error) {
        if (attempt === 200) throw error;
        await delay(50);
      }
    }
  }
}

/** The user that PostgreSQL's package makes: the server refuses to run as root. */
async function unprivileged(): Promise<{ uid: number; gid: number } | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const [uid, gid] = await Promise.all(
    ["-u", "-g"].map(async (flag) => Number((await execute("id", [flag, "postgres"])).stdout)),
  );
  return { uid: uid as number, gid: gid as number };
}
