import { hostname } from "node:os";

import type { Command } from "commander";

import { badInput, EXIT } from "../failure.ts";
import { defaultLedger, MEMORY } from "../ledgerPlace.ts";
import { createLog, type LogLevel } from "../log.ts";
import { DEFAULT_ADDRESS } from "../options.ts";
import { printJson } from "../report.ts";
import { untilSignal } from "../signals.ts";

interface Flags {
  readonly listen: string;
  readonly ledger?: string;
  readonly insecure?: boolean;
  readonly json?: boolean;
  readonly logLevel?: LogLevel;
}

export function addServeCommand(program: Command): void {
  program
    .command("serve")
    .description("run a coordinator, until Ctrl-C or SIGTERM")
    .option(
      "--listen <host:port>",
      "address to listen on; port 0 takes a free one",
      DEFAULT_ADDRESS,
    )
    .option(
      "--ledger <place>",
      `where runs and their partials are kept: a file, ${MEMORY} for nowhere, or postgres://…, ` +
        `which several coordinators may share, one of them leading ` +
        `(default: ${defaultLedger()})`,
    )
    .option("--insecure", "listen beyond this machine without TLS and without asking who calls")
    .option("--json", "print the address as JSON on standard output")
    .action(async (_options, command: Command) => {
      await serve(command.optsWithGlobals<Flags>());
    });
}

async function serve(flags: Flags): Promise<void> {
  const host = hostOf(flags.listen);
  if (!isLoopback(host) && flags.insecure !== true) {
    throw badInput(
      `--listen: ${flags.listen} would be open to everyone who reaches it; ` +
        `listen on 127.0.0.1, or say --insecure`,
    );
  }
  const [{ startCoordinator }, { takeTurn }] = await Promise.all([
    import("../../coordinator/server.ts"),
    import("../../coordinator/turn.ts"),
  ]);
  const log = createLog(flags.logLevel ?? "info");
  const onFatal = (error: unknown) => {
    log.fatal({ err: error }, "the ledger failed; nothing can be promised any more");
    process.exit(EXIT.failed);
  };
  const announce = once((port: number) => {
    const address = `${host}:${port}`;
    if (flags.json === true) printJson({ address });
    else process.stdout.write(`listening on ${address}\n`);
  });
  const stopped = new AbortController();
  const signalled = untilSignal().then(() => {
    stopped.abort();
  });
  let turn;
  try {
    turn = await takeTurn({
      place: flags.ledger ?? defaultLedger(),
      address: flags.listen,
      holder: `${hostname()}/${process.pid}`,
      log,
      onStandby: announce,
      onLost: onFatal,
      signal: stopped.signal,
    });
  } catch (error) {
    if (stopped.signal.aborted) return;
    throw error;
  }
  const coordinator = await startCoordinator({ ...turn, log, onFatal });
  announce(coordinator.port);
  await signalled;
  log.info("stopping");
  await coordinator.close();
}

/** The same, but for the first call alone. */
function once<Argument>(call: (argument: Argument) => void): (argument: Argument) => void {
  let called = false;
  return (argument) => {
    if (!called) call(argument);
    called = true;
  };
}

function hostOf(listen: string): string {
  const match = /^(\[[0-9a-f:]+\]|[^:\s]+):(\d{1,5})$/i.exec(listen);
  if (match?.[1] !== undefined && Number(match[2]) <= 65_535) return match[1];
  throw badInput(
    `--listen: '${listen}' is not allowed; give HOST:PORT, such as ${DEFAULT_ADDRESS}`,
  );
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(host);
}
