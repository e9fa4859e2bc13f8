import { readFile } from "node:fs/promises";

import type { Logger } from "pino";
import { reasonOf } from "../../shared/wire/reason.ts";

/** Files are polled so often: not every file system sends events. */
const INTERVAL_MILLISECONDS = 1000;

/** A file, and the flag that names it. */
export interface NamedFile {
  readonly flag: string;
  readonly path: string;
}

/** Files that are read again when they change; the last good contents stay in force. */
export class WatchedFiles<Content> implements Disposable {
  readonly #files: readonly NamedFile[];
  readonly #parse: (contents: readonly Buffer[]) => Content;
  readonly #log: Logger;
  readonly #listeners = new Set<(content: Content) => void>();
  readonly #timer: NodeJS.Timeout;
  #contents: readonly Buffer[];
  #current: Content;
  #isReading = false;
  /** The last complaint; it is not repeated. */
  #complaint = "";

  private constructor(
    files: readonly NamedFile[],
    parse: (contents: readonly Buffer[]) => Content,
    log: Logger,
    contents: readonly Buffer[],
  ) {
    this.#files = files;
    this.#parse = parse;
    this.#log = log;
    this.#contents = contents;
    this.#current = parse(contents);
    this.#timer = setInterval(() => void this.#look(), INTERVAL_MILLISECONDS);
    this.#timer.unref();
  }

  /**
   * @param parse throws an Error that names the file and what to do.
   * @throws what `parse` does; Error if a file cannot be read
   */
  static async open<Content>(
    files: readonly NamedFile[],
    parse: (contents: readonly Buffer[]) => Content,
    log: Logger,
  ): Promise<WatchedFiles<Content>> {
    return new WatchedFiles(files, parse, log, await readAll(files));
  }

  get current(): Content {
    return this.#current;
  }

  /** Calls `listener` with every new content, until the returned call. */
  onChange(listener: (content: Content) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    // A slow file system is not asked twice at a time.
    if (this.#isReading) return;
    this.#isReading = true;
    try {
      const contents = await readAll(this.#files);
      if (contents.some((content, i) => this.#contents[i]?.equals(content) !== true)) {
        this.#current = this.#parse(contents);
        this.#contents = contents;
        const paths = this.#files.map(({ path }) => path);
        this.#log.info({ files: paths }, "changed, and read again");
        for (const listener of this.#listeners) listener(this.#current);
      }
      this.#complaint = "";
    } catch (error) {
      const message = reasonOf(error);
      if (message !== this.#complaint) {
        this.#log.error(`${message}; the previous content stays in force`);
      }
      this.#complaint = message;
    } finally {
      this.#isReading = false;
    }
  }
}

async function readAll(files: readonly NamedFile[]): Promise<Buffer[]> {
  return Promise.all(
    files.map(async ({ flag, path }) => {
      try {
        return await readFile(path);
      } catch (error) {
        throw new Error(
          `${flag}: '${path}' cannot be read (${reasonOf(error)}); give a readable file`,
          { cause: error },
        );
      }
    }),
  );
}
