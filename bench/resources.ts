import { readdir, readFile } from "node:fs/promises";

/** What a process has used, on Linux. */
export interface Resources {
  readonly residentBytes: number;
  /** Processor time since the process began, all threads together. */
  readonly processorSeconds: number;
}

export async function resourcesOf(pid: number): Promise<Resources> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  const residentBytes = Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
  // After the command's name, which may hold spaces: user and system time, in hundredths of a second.
  const fields = (await readFile(`/proc/${pid}/stat`, "utf8")).split(") ")[1]?.split(" ") ?? [];
  return { residentBytes, processorSeconds: (Number(fields[11]) + Number(fields[12])) / 100 };
}

/** Node's name for a thread of a pool. */
const POOL_THREAD = "WorkerThread\n";

/** Processor seconds of a Node process since it began, without those of threads that have ended. */
export interface ThreadSeconds {
  /** Processor time of the threads of its pool. */
  readonly pool: number;
  /** Processor time of all other threads: the main one, V8's and libuv's. */
  readonly others: number;
}

export async function threadSecondsOf(pid: number): Promise<ThreadSeconds> {
  const sums = { pool: 0, others: 0 };
  for (const thread of await readdir(`/proc/${pid}/task`)) {
    const folder = `/proc/${pid}/task/${thread}`;
    const read = (file: string) => readFile(`${folder}/${file}`, "utf8").catch(() => undefined);
    const [name, times] = [await read("comm"), await read("schedstat")];
    // The thread has ended meanwhile.
    if (times === undefined) continue;
    const [nanoseconds] = times.split(" ");
    sums[name === POOL_THREAD ? "pool" : "others"] += Number(nanoseconds) / 1e9;
  }
  return sums;
}
