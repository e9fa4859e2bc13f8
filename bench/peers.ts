import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";

/** The weight laws that the peers can draw as well. */
export const LAWS = ["gaussian", "uniform", "rademacher"] as const;

export type Law = (typeof LAWS)[number];

const LIBRARIES = ["numpy", "torch", "jax"] as const;

export type Library = (typeof LIBRARIES)[number];

const SCRIPT = fileURLToPath(new URL("peers.py", import.meta.url));

/** Environment variable that names a python with the libraries. */
export const PYTHON_VARIABLE = "LYAPUNOV_PEERS_PYTHON";

interface PeerRequest {
  readonly law: Law;
  readonly width: number;
  readonly seconds: number;
  readonly packed: boolean;
}

interface PeerMeasurement {
  readonly weights: number;
  /** Processor time that the peer took. */
  readonly seconds: number;
  /** Mean growth of the log-norm per layer; null if replicas died. */
  readonly exponent: number | null;
  readonly way: string;
  readonly ways: Readonly<Record<string, number>>;
}

type Python = ChildProcessByStdio<Writable, Readable, null>;

/** A library in a process of its own that answers requests; see peers.py. */
export class Peer implements Disposable {
  readonly library: Library;
  readonly version: string;
  readonly #process: Python;
  readonly #answers: AsyncIterator<string>;

  private constructor(
    library: Library,
    version: string,
    python: Python,
    answers: AsyncIterator<string>,
  ) {
    this.library = library;
    this.version = version;
    this.#process = python;
    this.#answers = answers;
  }

  /** @throws Error saying why this python does not have the library. */
  static async start(python: string, library: Library): Promise<Peer> {
    const child = spawn(python, [SCRIPT, library], { stdio: ["pipe", "pipe", "inherit"] });
    await once(child, "spawn");
    const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const hello = await answer<{ version?: string; missing?: string }>(library, answers);
    if (hello.version === undefined) throw new Error(hello.missing);
    return new Peer(library, hello.version, child, answers);
  }

  async measure(request: PeerRequest): Promise<PeerMeasurement> {
    this.#process.stdin.write(`${JSON.stringify(request)}\n`);
    return answer<PeerMeasurement>(this.library, this.#answers);
  }

  /** Ends the process: by the end of its input, or at once if it is busy. */
  [Symbol.dispose](): void {
    this.#process.stdin.end();
    this.#process.kill();
  }
}

async function answer<Answer>(library: Library, lines: AsyncIterator<string>): Promise<Answer> {
  const line = (await lines.next()) as IteratorResult<string, undefined>;
  if (line.done === true) throw new Error(`the process of ${library} ended; its words are above`);
  return JSON.parse(line.value) as Answer;
}

/** Starts every library that the python named by the variable has, and says which are missing. */
export async function startPeers(): Promise<Peer[]> {
  const python = process.env[PYTHON_VARIABLE] ?? "";
  if (python === "") {
    process.stderr.write(
      `only ours: ${PYTHON_VARIABLE} names no python that has ${LIBRARIES.join(", ")}\n`,
    );
    return [];
  }
  const peers: Peer[] = [];
  for (const library of LIBRARIES) {
    try {
      peers.push(await Peer.start(python, library));
    } catch (error) {
      process.stderr.write(`${library} is missing: ${(error as Error).message}\n`);
    }
  }
  return peers;
}
