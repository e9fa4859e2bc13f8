/**
 * A worker with threads of another module, whose heaps hold nothing large. Arguments:
 * HOST:PORT of the coordinator, a module of this folder, the seconds that a thread may be quiet, and
 * a file that some modules leave when a thread has died.
 */
import { endDespiteLeftovers } from "../../../client/cli/leftovers.ts";
import { createLog } from "../../../client/cli/log.ts";
import { processor } from "../../../worker/devices/processor.ts";
import { createThreadPool } from "../../../worker/pool/threadPool.ts";
import { startWorker } from "../../../worker/worker.ts";

const [coordinator = "", name = "", patience = "600", grave = ""] = process.argv.slice(2);
// Threads have a copy of it.
process.env["LYAPUNOV_GRAVE"] = grave;

const pool = createThreadPool(2, {
  module: new URL(name, import.meta.url).href,
  patienceSeconds: Number(patience),
  heapLimit: 64,
});

const log = createLog("info");
const devices = [await processor(log, () => pool)];
const worker = await startWorker({ coordinator, log, devices });
try {
  await worker.left;
} catch (error) {
  process.stderr.write(`lyapunov: ${(error as Error).message}\n`);
  process.exitCode = 1;
}
// As the command ends.
endDespiteLeftovers();
