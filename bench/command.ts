import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../dist/client/main.js", import.meta.url));

/** The built command as a process of its own, which disposing ends. */
export class Command implements AsyncDisposable {
  readonly #child: ChildProcess;
  /** What the command has printed on standard output and standard error. */
  #text = "";
  #hasEnded = false;
  /** Resolves when the command prints more, or ends. */
  #news = Promise.withResolvers<void>();

  constructor(args: readonly string[]) {
    this.#child = spawn(process.execPath, [MAIN, ...args], { stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on("data", (piece) => {
        this.#text += String(piece);
        this.#tell();
      });
    }
    this.#child.once("exit", () => {
      this.#hasEnded = true;
      this.#tell();
    });
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error("the command could not be started");
    return this.#child.pid;
  }

  /**
   * Waits until the output matches, and returns the pattern's first group.
   *
   * @throws Error if the command ends before.
   */
  async said(pattern: RegExp): Promise<string> {
    for (;;) {
      const found = pattern.exec(this.#text)?.[1];
      if (found !== undefined) return found;
      if (this.#hasEnded) throw new Error(`the command ended: ${this.#text}`);
      await this.#news.promise;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#hasEnded) return;
    const exit = once(this.#child, "exit");
    this.#child.kill();
    await exit;
  }

  #tell(): void {
    this.#news.resolve();
    this.#news = Promise.withResolvers();
  }
}
