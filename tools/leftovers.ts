import { readdirSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** The folder that this process fills before it takes the name of another (replaceFolder.ts). */
export function unfinished(place: string): string {
  return `${place}.new-${process.pid}`;
}

/** Removes the unfinished folders of processes that were killed. */
export function removeLeftovers(place: string): void {
  const parent = dirname(place);
  for (const name of readdirSync(parent)) {
    const [, pid] = /\.new-(\d+)(?:-old)?$/.exec(name) ?? [];
    if (pid === undefined || !name.startsWith(`${basename(place)}.new-`) || isAlive(Number(pid))) {
      continue;
    }
    rmSync(join(parent, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
