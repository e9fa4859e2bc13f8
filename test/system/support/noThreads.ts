/** Loaded by NODE_OPTIONS into every thread of a process: none but the first can live. */
import { isMainThread } from "node:worker_threads";

if (!isMainThread) process.exit(9);
