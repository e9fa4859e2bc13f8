/** NODE_OPTIONS loads this into every thread of a process: only the first can live. */
import { isMainThread } from "node:worker_threads";

if (!isMainThread) process.exit(9);
