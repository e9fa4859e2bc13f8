import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { ROOT } from "./command.ts";
import type { Ended } from "./processes.ts";
import { runTool } from "./tools.ts";

/** Debian packages for programs in Python that speak the contract. */
export const PYTHON_PACKAGES = [
  "python3-grpcio",
  "python3-protobuf",
  "protobuf-compiler",
  "libprotobuf-dev",
] as const;

export const PYTHON = "/usr/bin/python3";

const NAMES = PYTHON_PACKAGES.join(" ");

/** The contract's messages, compiled for Python into a folder of their own. */
export class PythonMessages implements AsyncDisposable {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async compile(): Promise<PythonMessages> {
    const folder = await mkdtemp(join(tmpdir(), "lyapunov-python-"));
    const protos = await readdir(join(ROOT, "proto"), { recursive: true });
    const args = ["-I", join(ROOT, "proto"), `--python_out=${folder}`];
    const files = protos.filter((name) => name.endsWith(".proto"));
    const ended = await runTool("protoc", [...args, ...files], NAMES);
    assert.equal(ended.code, 0, `${ended.stderr}\n(needs apt-get install ${NAMES})`);
    return new PythonMessages(folder);
  }

  /** The environment in which Python finds the messages. */
  get environment(): Readonly<Record<string, string>> {
    return { PYTHONPATH: this.#folder, PYTHONDONTWRITEBYTECODE: "1" };
  }

  /** Runs a script to its end, which must be a good one. */
  async run(script: string, ...args: readonly string[]): Promise<Ended> {
    const ended = await runTool(PYTHON, [script, ...args], NAMES, { env: this.environment });
    assert.equal(ended.code, 0, `${ended.stderr}\n(needs apt-get install ${NAMES})`);
    return ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#folder, { recursive: true });
  }
}
