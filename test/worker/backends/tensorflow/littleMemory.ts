import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

import { growths } from "../tasks.ts";
import { loadedBackend } from "./loaded.ts";

// Prints what the backend says of a network that needs 1.6 GB a matrix where half of that is left, and
// then the growth of a small one.
const backend = await loadedBackend();
const options = { weights: "gaussian", sampling: "dense", depths: [2], replicaCount: 1 } as const;
await growths(backend, { ...options, width: 8 });

const [, kibibytes] = /^VmSize:\s+(\d+) kB/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
const limit = Number(kibibytes) * 1024 + 8e8;
spawnSync("prlimit", [`--pid=${process.pid}`, `--as=${limit}`], { stdio: "inherit" });
try {
  await growths(backend, { ...options, width: 20_000 });
} catch (error) {
  process.stdout.write(`${(error as Error).message}\n`);
}
const [[growth] = []] = await growths(backend, { ...options, width: 8 });
process.stdout.write(`then: ${growth}\n`);
