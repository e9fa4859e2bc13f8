import type { Logger } from "pino";
import { reasonOf } from "../../shared/wire/reason.ts";

import {
  MAXIMUM_SECRET_BYTES,
  readOnce,
  readRegularFile,
  type FileContent,
} from "../../shared/files/readFile.ts";

/** Files are polled so often: not every file system sends events. */
const INTERVAL_MILLISECONDS = 1000;
/** A file system that takes longer is reported. */
const PATIENCE_MILLISECONDS = 5000;
/** A complaint is repeated so often: as long as it stands, no revocation is seen. */
const REPEAT_MILLISECONDS = 60_000;

/** A file, and the flag that names it. */
export interface NamedFile {
  readonly flag: string;
  readonly path: string;
}

/** What a watcher needs of the world; tests give it other parts. */
export interface WatchParts {
  /** Reads a file that may be read again. */
  readonly read: (path: string, maximumBytes: number) => Promise<Buffer>;
  /** Milliseconds of a clock that does not jump. */
  readonly now: () => number;
}

const REAL_PARTS: WatchParts = { read: readRegularFile, now: () => performance.now() };

/** The end of every complaint. */
const CONSEQUENCE =
  "the previous content stays in force, and what was taken out of it since still counts";

/**
 * Files that are read again when they change; the last good contents stay in force. A file that was
 * a pipe at the start cannot be read again, and stays as it was.
 */
export class WatchedFiles<Content> implements Disposable {
  readonly #files: readonly NamedFile[];
  readonly #parse: (contents: readonly Buffer[]) => Content;
  readonly #log: Logger;
  readonly #parts: WatchParts;
  /** Places of the files that were pipes. */
  readonly #pipes: ReadonlySet<number>;
  readonly #listeners = new Set<(content: Content) => void>();
  readonly #timer: NodeJS.Timeout;
  #contents: readonly Buffer[];
  #current: Content;
  /** The file that is being read, and since when. */
  #reading: { readonly file: NamedFile; readonly since: number } | undefined;
  #isLooking = false;
  /** The last complaint, and when it may be repeated. */
  #complaint = { text: "", quietUntil: -Infinity };

  /**
   * Opens the files for the first time, which may be pipes then.
   *
   * @param parse throws an Error that names the file and what to do.
   * @throws what `parse` does; Error if a file cannot be read
   */
  constructor(
    files: readonly NamedFile[],
    parse: (contents: readonly Buffer[]) => Content,
    log: Logger,
    parts: WatchParts = REAL_PARTS,
  ) {
    const contents = files.map(firstContent);
    this.#files = files;
    this.#parse = parse;
    this.#log = log;
    this.#parts = parts;
    this.#contents = contents.map(({ bytes }) => bytes);
    this.#pipes = new Set(contents.flatMap(({ isPipe }, place) => (isPipe ? [place] : [])));
    this.#current = parse(this.#contents);
    this.#timer = setInterval(() => void this.#look(), INTERVAL_MILLISECONDS);
    this.#timer.unref();
    const paths = files.filter((_, place) => this.#pipes.has(place)).map(({ path }) => path);
    if (paths.length > 0) log.info({ files: paths }, "read from a pipe: changes are not seen");
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
    // A slow file system is not asked twice at a time: each question holds one of Node's threads.
    if (this.#isLooking) {
      this.#reportSlowness();
      return;
    }
    this.#isLooking = true;
    try {
      const contents = await this.#readAll();
      if (contents.some((content, i) => this.#contents[i]?.equals(content) !== true)) {
        this.#current = this.#parse(contents);
        this.#contents = contents;
        const paths = this.#files.map(({ path }) => path);
        this.#log.info({ files: paths }, "changed, and read again");
        for (const listener of this.#listeners) listener(this.#current);
      }
      this.#complaint = { text: "", quietUntil: -Infinity };
    } catch (error) {
      this.#complain(reasonOf(error));
    } finally {
      this.#isLooking = false;
    }
  }

  /** Reads one file after the other, so that at most one of Node's threads can be stuck. */
  async #readAll(): Promise<Buffer[]> {
    const contents: Buffer[] = [];
    for (const [place, file] of this.#files.entries()) {
      const first = this.#contents[place];
      if (first !== undefined && this.#pipes.has(place)) contents.push(first);
      else contents.push(await this.#read(file));
    }
    return contents;
  }

  async #read(file: NamedFile): Promise<Buffer> {
    this.#reading = { file, since: this.#parts.now() };
    try {
      return await this.#parts.read(file.path, MAXIMUM_SECRET_BYTES);
    } catch (error) {
      throw named(file, error);
    } finally {
      this.#reading = undefined;
    }
  }

  #reportSlowness(): void {
    if (this.#reading === undefined) return;
    const { file, since } = this.#reading;
    if (this.#parts.now() - since < PATIENCE_MILLISECONDS) return;
    const seconds = PATIENCE_MILLISECONDS / 1000;
    this.#complain(
      `${file.flag}: '${file.path}' has not been read within ${seconds} s; check its file system`,
    );
  }

  #complain(text: string): void {
    const now = this.#parts.now();
    if (text === this.#complaint.text && now < this.#complaint.quietUntil) return;
    this.#log.error(`${text}; ${CONSEQUENCE}`);
    this.#complaint = { text, quietUntil: now + REPEAT_MILLISECONDS };
  }
}

function firstContent(file: NamedFile): FileContent {
  try {
    return readOnce(file.path, MAXIMUM_SECRET_BYTES);
  } catch (error) {
    throw named(file, error);
  }
}

/** The error in a sentence that begins with the flag and the file. */
function named({ flag, path }: NamedFile, error: unknown): Error {
  return new Error(`${flag}: '${path}' ${reasonOf(error)}`, { cause: error });
}
