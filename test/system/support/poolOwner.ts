/**
 * A process with a process pool, which computes a shard that never ends. It says on standard output
 * which process that is. Argument: a seed of cruelSeeds.ts.
 */
import pino from "pino";

import { startProcessPool } from "../../../worker/pool/processPool.ts";
import { cruelTask } from "./cruelTask.ts";

const pool = await startProcessPool({
  backend: "simd",
  module: new URL("faultyProcess.ts", import.meta.url).href,
  log: pino({ level: "silent" }),
});
const [seed = "0"] = process.argv.slice(2);
process.stdout.write(`process ${pool.processId}\n`);
await pool.compute(cruelTask(BigInt(seed)));
