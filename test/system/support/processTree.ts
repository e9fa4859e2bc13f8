import { readdir, readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";

interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
}

/** All running processes, from /proc; zombies count as dead. */
async function allProcesses(): Promise<ProcessEntry[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const entries = await Promise.all(
    pids.map(async (pid) => {
      // Between listing and reading it may have ended.
      const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
      // The name, in parentheses, may hold anything.
      const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return { pid: Number(pid), parent: Number(parent), alive: stat !== "" && state !== "Z" };
    }),
  );
  return entries.filter(({ alive }) => alive);
}

/** A process and all that it has started, directly or not. */
export async function processTree(root: number): Promise<number[]> {
  const all = await allProcesses();
  const tree = [root];
  for (const parent of tree) {
    tree.push(...all.filter((entry) => entry.parent === parent).map(({ pid }) => pid));
  }
  return tree;
}

/** Waits until none of the processes runs, at most for a time; returns those that still do. */
export async function survivors(pids: readonly number[], milliseconds: number): Promise<number[]> {
  const deadline = performance.now() + milliseconds;
  for (;;) {
    const running = new Set((await allProcesses()).map(({ pid }) => pid));
    const left = pids.filter((pid) => running.has(pid));
    if (left.length === 0 || performance.now() > deadline) return left;
    await delay(20);
  }
}
