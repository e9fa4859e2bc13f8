import { chmod, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";

import { COMMAND, ROOT } from "../../system/support/command.ts";

/** Entries of the checkout that commands in documents should not see. */
const LEFT_OUT: ReadonlySet<string> = new Set([".git", "headline.svg"]);

/**
 * A folder in which the commands of a document run as in a checkout. It has the checkout's files,
 * and an `npx` that starts the built command directly.
 */
export class Scratch implements AsyncDisposable {
  readonly folder: string;
  /** Environment of the commands. */
  readonly environment: Readonly<Record<string, string>>;

  private constructor(folder: string) {
    this.folder = folder;
    const path = [join(folder, ".bin"), dirname(process.execPath), process.env["PATH"]];
    this.environment = {
      PATH: path.join(delimiter),
      XDG_DATA_HOME: join(folder, ".data"),
      PYTHONDONTWRITEBYTECODE: "1",
    };
  }

  static async make(): Promise<Scratch> {
    const folder = await mkdtemp(join(tmpdir(), "lyapunov-docs-"));
    for (const entry of await readdir(ROOT)) {
      if (!LEFT_OUT.has(entry)) await symlink(`${ROOT}${entry}`, join(folder, entry));
    }
    await mkdir(join(folder, ".bin"));
    const npx = join(folder, ".bin", "npx");
    await writeFile(npx, NPX);
    await chmod(npx, 0o755);
    // Debian's Python, which sees Debian's packages; another may come first in the path.
    await symlink("/usr/bin/python3", join(folder, ".bin", "python3"));
    return new Scratch(folder);
  }

  /** Writes a file that a document shows. */
  async write(name: string, text: string): Promise<void> {
    await writeFile(join(this.folder, name), text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true });
  }
}

const NPX = `#!/bin/sh
tool=$1
shift
[ "$tool" = lyapunov ] && exec '${process.execPath}' '${COMMAND}' "$@"
exec '${ROOT}node_modules/.bin/'"$tool" "$@"
`;
