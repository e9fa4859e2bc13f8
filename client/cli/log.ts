import pino, { type Logger } from "pino";
import { prettyFactory } from "pino-pretty";

import { reasonOf } from "../../shared/wire/reason.ts";
import type { LogLevel } from "./logLevels.ts";
import { standardError } from "./streams.ts";

/**
 * Logs go to standard error: for people on a terminal, as JSON lines otherwise. Lines that cannot be
 * written are dropped and counted; the log says so once it can be written again.
 */
export function createLog(level: LogLevel): Logger {
  const stream = standardError();
  const format = stream.isTTY ? prettyFactory({ ignore: "pid,hostname" }) : String;
  let lost = 0;
  let reason = "";
  const log = pino(
    { level },
    {
      write: (line: string) => {
        stream.write(format(line), (error) => {
          if (error) {
            lost += 1;
            reason = reasonOf(error);
          } else if (lost > 0) {
            const lines = lost === 1 ? "1 line" : `${lost} lines`;
            lost = 0;
            log.warn(`${lines} before this could not be written (${reason})`);
          }
        });
      },
    },
  );
  return log;
}
