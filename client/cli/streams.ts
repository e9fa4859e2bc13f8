import { readlinkSync, writeSync } from "node:fs";
import { Socket } from "node:net";

import { reasonOf } from "../../shared/wire/reason.ts";
import { remedyFor } from "./outputRemedies.ts";

type Stream = NodeJS.WriteStream & { readonly fd: number };

/** Streams that have been made fit for use. */
const prepared = new WeakSet<Stream>();

/**
 * Prints an answer on standard output. A reader that has gone away wants no more of it, and that is
 * no failure: `lyapunov runs list | head -1`.
 *
 * @throws Error that names the file, if the answer cannot be written
 */
export async function print(answer: string | Uint8Array): Promise<void> {
  const error = await written(process.stdout, answer);
  if (error !== undefined && error.code !== "EPIPE") throw unwritable("standard output", 1, error);
}

/** Says something on standard error that is worth dropping where nobody can hear it. */
export function say(words: string): void {
  standardError().write(words);
}

/**
 * Prints on standard error what must not get lost, such as a secret that is stored nowhere.
 *
 * @throws Error that names the file, if it cannot be written
 */
export async function printAside(words: string): Promise<void> {
  const error = await written(process.stderr, words);
  if (error !== undefined) throw unwritable("standard error", 2, error);
}

/**
 * Standard error, for those that write to a stream. What cannot be written there is dropped: a full
 * disk, or a reader that went away, must not end a coordinator.
 */
export function standardError(): Stream {
  return prepare(process.stderr);
}

/** Resolves once it is written, with the error if it could not be. */
function written(
  stream: Stream,
  content: string | Uint8Array,
): Promise<NodeJS.ErrnoException | undefined> {
  const { promise, resolve } = Promise.withResolvers<NodeJS.ErrnoException | undefined>();
  prepare(stream).write(content, (error) => {
    resolve(error ?? undefined);
  });
  return promise;
}

function prepare(stream: Stream): Stream {
  if (prepared.has(stream)) return stream;
  prepared.add(stream);
  // Whoever wants to know of an error hears of it from its own write; unheard, it ends the process.
  stream.on("error", () => undefined);
  if (!(stream instanceof Socket)) writeWholly(stream);
  return stream;
}

/**
 * Has a stream to a file go on until everything is written. Node's own calls write() once; on a disk
 * that is nearly full it writes a part then, and Node takes it for the whole.
 */
function writeWholly(stream: Stream): void {
  const write: Stream["_write"] = (chunk: Uint8Array, _encoding, done) => {
    try {
      for (let offset = 0; offset < chunk.length;) {
        offset += writeSync(stream.fd, chunk, offset);
      }
    } catch (error) {
      done(error as Error);
      return;
    }
    done();
  };
  Object.assign(stream, { _write: write });
}

function unwritable(name: string, descriptor: number, error: NodeJS.ErrnoException): Error {
  const path = fileOf(descriptor);
  const what = path === undefined ? name : `${name} ('${path}')`;
  return new Error(`${what} cannot be written (${reasonOf(error)}); ${remedyFor(error)}`, {
    cause: error,
  });
}

/** The file that a descriptor leads to, where the system tells. */
function fileOf(descriptor: number): string | undefined {
  try {
    const path = readlinkSync(`/proc/self/fd/${descriptor}`);
    return path.startsWith("/") ? path : undefined;
  } catch {
    return undefined;
  }
}
