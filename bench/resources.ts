import { readFile } from "node:fs/promises";

/** What a process of this Linux machine has used. */
export interface Resources {
  readonly residentBytes: number;
  /** Since it began, all threads together. */
  readonly processorSeconds: number;
}

export async function resourcesOf(pid: number): Promise<Resources> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  const residentBytes = Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
  // After the command's name, which may hold spaces: user and system time, in hundredths of a second.
  const fields = (await readFile(`/proc/${pid}/stat`, "utf8")).split(") ")[1]?.split(" ") ?? [];
  return { residentBytes, processorSeconds: (Number(fields[11]) + Number(fields[12])) / 100 };
}
