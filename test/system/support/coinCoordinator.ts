/**
 * A coordinator that knows one more kind of run: coins. Arguments: HOST:PORT to listen on, and where
 * the ledger is. It prints its address and that of its page on standard output.
 */
import { createLog } from "../../../client/cli/log.ts";
import { openToAll } from "../../../coordinator/door/door.ts";
import { startCoordinator } from "../../../coordinator/process/server.ts";
import { takeLead } from "../../../coordinator/process/takeLead.ts";
import { KINDS_WITH_COIN } from "../../support/coin/coinKind.ts";

const [address = "", place = ""] = process.argv.slice(2);
const log = createLog("warn");

function fail(error: unknown): void {
  process.stderr.write(`${String(error)}\n`);
  process.exit(1);
}

const lead = await takeLead({
  place,
  kinds: KINDS_WITH_COIN,
  address,
  door: openToAll(log),
  holder: "coins",
  log,
  onStandby: () => undefined,
  onLost: fail,
  signal: new AbortController().signal,
});
const { port, httpPort } = await startCoordinator({
  ...lead,
  http: "127.0.0.1:0",
  log,
  onFatal: fail,
});
process.stdout.write(`listening on 127.0.0.1:${port}, page http://127.0.0.1:${httpPort}\n`);
