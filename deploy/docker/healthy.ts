import { readFile } from "node:fs/promises";

/*
 * The images' health check: asks the address that the flag --metrics of this container's process names
 * whether it is alive. A process without metrics cannot be asked, and is healthy as long as it runs.
 */

// Process 1 is lyapunov, or an init that has lyapunov's command line behind its own.
const words = (await readFile("/proc/1/cmdline", "utf8")).split("\0");
const index = words.findLastIndex((word) => /^--metrics(?:=|$)/.test(word));
const address = words[index]?.split("=")[1] ?? words[index + 1] ?? "";
const [, host, port] = /^(.*):(\d+)$/.exec(index === -1 ? "" : address) ?? [];

// Port 0 was a free one, and nobody knows which.
if (host !== undefined && port !== "0") {
  // What listens everywhere, listens here.
  const here = host === "0.0.0.0" || host === "[::]" ? "localhost" : host;
  const { ok } = await fetch(`http://${here}:${port}/healthz`);
  if (!ok) process.exitCode = 1;
}
