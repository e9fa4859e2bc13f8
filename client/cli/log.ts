import pino, { type Logger } from "pino";
import pretty from "pino-pretty";

import type { LogLevel } from "./logLevels.ts";

/** Logs go to standard error: for people on a terminal, as JSON lines otherwise. */
export function createLog(level: LogLevel): Logger {
  const stream = process.stderr.isTTY
    ? pretty({ destination: 2, sync: true, ignore: "pid,hostname" })
    : pino.destination({ dest: 2, sync: true });
  return pino({ level }, stream);
}
