import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { atEnd } from "../../support/endings.ts";

/** Processes that tests have started and that have not ended. */
const running = new Set<Started>();

/** Folder of the commands' ledgers; each command has its own there unless a test says otherwise. */
const dataHome = mkdtempSync(join(tmpdir(), "lyapunov-tests-"));
/** Compile cache of the commands, which is shared by the tests and deleted after them. */
const cacheHome = join(dataHome, "cache");
let started = 0;

// No process outlives the tests.
atEnd(async () => {
  await Promise.all([...running].map((process) => process[Symbol.asyncDispose]()));
});
process.on("exit", () => {
  rmSync(dataHome, { recursive: true, force: true });
});

/** How a process ended: by itself, or by a signal. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Whether the process gets a group of its own, which `signal` then reaches as a whole. */
  readonly group?: boolean;
}

/** A process that a test has started: killed at the end of its scope, if it still runs. */
export class Started implements AsyncDisposable {
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #group: boolean;
  #stdout = "";
  #stderr = "";
  #closed = false;
  readonly #waiters = new Set<() => void>();

  constructor(command: string, args: readonly string[], options: StartOptions = {}) {
    const { env = {}, cwd, group = false } = options;
    this.#group = group;
    started += 1;
    const ownData = join(dataHome, String(started));
    this.#child = spawn(command, args, {
      env: {
        ...process.env,
        LYAPUNOV_COORDINATOR: undefined,
        XDG_DATA_HOME: ownData,
        XDG_CACHE_HOME: cacheHome,
        ...env,
      },
      detached: group,
      ...(cwd !== undefined && { cwd }),
    });
    running.add(this);
    this.#child.stdout.setEncoding("utf8").on("data", (text: string) => {
      this.#stdout += text;
      this.#wake();
    });
    this.#child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr += text;
      this.#wake();
    });
    const { promise, resolve, reject } = Promise.withResolvers<Ended>();
    this.#child.on("error", reject);
    this.#child.on("close", (code, signal) => {
      running.delete(this);
      this.#closed = true;
      this.#wake();
      resolve({ code, signal, stdout: this.#stdout, stderr: this.#stderr });
    });
    this.ended = promise;
    // Whoever waits for the end sees the failure; no one has to.
    promise.catch(() => undefined);
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error("the process could not be started");
    return this.#child.pid;
  }

  get stdout(): string {
    return this.#stdout;
  }

  get stderr(): string {
    return this.#stderr;
  }

  get hasEnded(): boolean {
    return this.#closed;
  }

  signal(signal: NodeJS.Signals): void {
    process.kill(this.#group ? -this.pid : this.pid, signal);
  }

  /** Types on the process's standard input. */
  type(text: string): void {
    this.#child.stdin.write(text);
  }

  /** Waits until the process's output so far matches; fails if the process ends before. */
  async said(pattern: RegExp, stream: "stdout" | "stderr" = "stderr"): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this[stream]);
      if (match !== null) return match;
      if (this.hasEnded) {
        throw new Error(
          `ended without saying ${pattern} on ${stream}:\n${this.#stdout}${this.#stderr}`,
        );
      }
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiters.add(resolve);
      await promise;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.hasEnded && this.#child.pid !== undefined) {
      try {
        this.signal("SIGKILL");
      } catch {
        // It ended a moment ago.
      }
    }
    await this.ended.catch(() => undefined);
  }

  #wake(): void {
    for (const wake of this.#waiters) wake();
    this.#waiters.clear();
  }
}
