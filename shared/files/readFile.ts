import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from "node:fs";
import { open } from "node:fs/promises";
import { isatty } from "node:tty";
import { count } from "../text/counts.ts";

/** Most bytes of a file of tokens or certificates: some thousands of either. */
export const MAXIMUM_SECRET_BYTES = 2 ** 22;

/** How long a pipe may take to end: somebody may have to type a passphrase at its other end. */
const PATIENCE_MILLISECONDS = 60_000;
const PAUSE_MILLISECONDS = 10;
const CHUNK_BYTES = 2 ** 16;

/**
 * The open of a pipe that nobody writes to would otherwise never return. It would hold a thread,
 * for which Node waits before it ends.
 */
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** Files that were open before this process began: a pipe among them has had its writer. */
const OPEN_BEFORE = /^\/(dev\/stdin|dev\/fd\/\d+|proc\/self\/fd\/\d+)$/;

/** A file was not read; the message is the end of a sentence that begins with the file. */
class UnreadableFile extends Error {
  override readonly name = "UnreadableFile";
}

/** What a file held when it was read. */
export interface FileContent {
  readonly bytes: Buffer;
  /** True if the same content cannot be read a second time. */
  readonly isPipe: boolean;
}

/**
 * Reads a file, a pipe such as `<(…)`, or what is typed at a terminal, and blocks until its end.
 *
 * @param maximumBytes the most that is read: the file may be endless.
 * @param patience milliseconds in which a pipe must end.
 * @throws UnreadableFile
 */
export function readOnce(
  path: string,
  maximumBytes: number,
  patience = PATIENCE_MILLISECONDS,
): FileContent {
  return reported(() => {
    const descriptor = openSync(path, OPEN_FLAGS);
    try {
      const stats = fstatSync(descriptor);
      const isPipe = isatty(descriptor) || stats.isFIFO();
      if (!isPipe) refuseOthers(stats);
      // A pipe of a name without a writer looks as if it had ended; the first may be about to come.
      const mayBegin = stats.isFIFO() && !OPEN_BEFORE.test(path);
      const deadline = performance.now() + patience;
      const chunks = new Chunks(maximumBytes);
      for (;;) {
        const chunk = readSome(descriptor);
        if (chunk?.length === 0 && (chunks.size > 0 || !mayBegin))
          return { bytes: chunks.joined(), isPipe };
        if (chunk !== undefined && chunk.length > 0) {
          chunks.add(chunk);
          continue;
        }
        if (performance.now() >= deadline) {
          throw new UnreadableFile(
            `did not end within ${patience / 1000} s; write it into a file and give that`,
          );
        }
        sleep(PAUSE_MILLISECONDS);
      }
    } finally {
      closeSync(descriptor);
    }
  });
}

/**
 * Reads a file, and nothing else, which may be read again and again: a pipe is refused.
 *
 * @throws UnreadableFile
 */
export async function readRegularFile(path: string, maximumBytes: number): Promise<Buffer> {
  try {
    await using handle = await open(path, OPEN_FLAGS);
    const stats = await handle.stat();
    if (stats.isFIFO()) throw new UnreadableFile("is a pipe; give a file");
    refuseOthers(stats);
    const chunks = new Chunks(maximumBytes);
    for (;;) {
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(CHUNK_BYTES));
      if (bytesRead === 0) return chunks.joined();
      chunks.add(buffer.subarray(0, bytesRead));
    }
  } catch (error) {
    throw asUnreadable(error);
  }
}

/** The next bytes; none at the end, and undefined if there will be some later. */
function readSome(descriptor: number): Buffer | undefined {
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  try {
    return buffer.subarray(0, readSync(descriptor, buffer));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EAGAIN") return undefined;
    throw error;
  }
}

function refuseOthers(stats: Stats): void {
  if (stats.isFile()) return;
  throw new UnreadableFile(`is a ${stats.isDirectory() ? "folder" : "device"}; give a file`);
}

/** What has been read so far. */
class Chunks {
  readonly #maximumBytes: number;
  readonly #chunks: Buffer[] = [];
  size = 0;

  constructor(maximumBytes: number) {
    this.#maximumBytes = maximumBytes;
  }

  add(chunk: Buffer): void {
    this.size += chunk.length;
    this.#chunks.push(chunk);
    if (this.size <= this.#maximumBytes) return;
    throw new UnreadableFile(
      `is larger than ${count(this.#maximumBytes)} bytes; give a smaller file`,
    );
  }

  joined(): Buffer {
    return Buffer.concat(this.#chunks);
  }
}

function reported<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    throw asUnreadable(error);
  }
}

function asUnreadable(error: unknown): UnreadableFile {
  if (error instanceof UnreadableFile) return error;
  const { message } = error as Error;
  return new UnreadableFile(`cannot be read (${message}); give a readable file`, { cause: error });
}

/** Blocks this thread: whoever reads a file once has nothing else to do. */
function sleep(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
