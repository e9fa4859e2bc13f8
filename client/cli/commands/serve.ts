import { hostname } from "node:os";

import type { Command } from "commander";

import type { DoorOptions } from "../../../coordinator/door/door.ts";
import { exposureProblem } from "../../../coordinator/door/exposure.ts";
import { DEFAULT_LIMITS, LIMIT_BOUNDS, type Limits } from "../../../coordinator/door/limits.ts";
import { hostOf } from "../../../shared/wire/addresses.ts";
import { MEMORY } from "../../../shared/wire/ledgerPlaces.ts";
import { InputError } from "../../sdk/errors.ts";
import { DEFAULT_ADDRESS, listenReader } from "../addressReaders.ts";
import { endAtOnce } from "../ending.ts";
import { defaultLedger } from "../ledgerPlace.ts";
import type { LogLevel } from "../logLevels.ts";
import {
  addMetricsFlag,
  refuseOpenMetrics,
  serveMetrics,
  type MetricsFlags,
} from "../metricsFlag.ts";
import { printJson } from "../presentation/printJson.ts";
import { flag, integerFrom, type Reader } from "../readers.ts";
import { untilSignal } from "../signals.ts";
import { reasonOf } from "../../../shared/wire/reason.ts";
import { print } from "../streams.ts";

interface Flags extends Limits, MetricsFlags {
  readonly listen: string;
  readonly http?: string;
  readonly tlsCertificate?: string;
  readonly tlsKey?: string;
  readonly tlsClientAuthority?: string;
  readonly tokens?: string;
  readonly ledger?: string;
  readonly insecure?: boolean;
  readonly json?: boolean;
  readonly logLevel?: LogLevel;
}

/** A file, or the address of a database. */
const placeReader: Reader<string> = {
  read: (text) => (text === "" ? undefined : text),
  remedy: `give a file, or ${MEMORY}`,
};

/** `lyapunov serve`. */
export function defineServe(command: Command): void {
  command
    .addOption(
      flag(
        "--listen <host:port>",
        "address to listen on; port 0 picks a free one",
        listenReader(DEFAULT_ADDRESS),
      ).default(DEFAULT_ADDRESS),
    )
    .addOption(
      flag(
        "--http <host:port>",
        "serve the live page and its JSON at this address, such as 127.0.0.1:8080; port 0 picks a free one",
        listenReader("127.0.0.1:8080"),
      ),
    )
    .addOption(
      flag(
        "--ledger <place>",
        `where to keep runs and their partials: a file, ${MEMORY} (nothing is kept), or postgres://…, ` +
          `which several coordinators can share while one of them leads ` +
          `(default: ${defaultLedgerText()})`,
        placeReader,
      ),
    )
    .option("--tls-certificate <file>", "use TLS with this certificate or chain, in PEM")
    .option("--tls-key <file>", "the certificate's private key, in PEM")
    .option(
      "--tls-client-authority <file>",
      "require client certificates signed by this authority (its own, in PEM): mutual TLS",
    )
    .option(
      "--tokens <file>",
      "require tokens; this file holds their hashes, as printed by 'lyapunov token'",
    )
    .option("--insecure", "listen beyond this machine without TLS, or without authentication")
    .option("--json", "print the addresses as JSON on standard output")
    .action(async () => {
      await serve(command.optsWithGlobals<Flags>());
    });
  addMetricsFlag(command);
  for (const [name, { flag: long, description }] of Object.entries(LIMIT_FLAGS)) {
    const { least, most } = LIMIT_BOUNDS[name as keyof Limits];
    const fallback = DEFAULT_LIMITS[name as keyof Limits];
    command.addOption(
      flag(`${long} <count>`, description, integerFrom(least, most)).default(fallback),
    );
  }
}

/** The default ledger for help, which must be had without a home, too. */
function defaultLedgerText(): string {
  try {
    return defaultLedger();
  } catch {
    return "a file in your home folder";
  }
}

const LIMIT_FLAGS: Readonly<Record<keyof Limits, { flag: string; description: string }>> = {
  maximumMessageBytes: {
    flag: "--maximum-message-bytes",
    description: "largest message accepted from a client or a worker",
  },
  maximumStreamsPerPeer: {
    flag: "--maximum-streams-per-peer",
    description: "most calls that one client may have open from one machine; every worker has one",
  },
  maximumLeasesPerPeer: {
    flag: "--maximum-leases-per-peer",
    description: "most leases that the workers of one client on one machine may hold",
  },
  maximumRunsPerClient: {
    flag: "--maximum-runs-per-client",
    description: "most unfinished runs of one client",
  },
  maximumReplicasPerClient: {
    flag: "--maximum-replicas-per-client",
    description: "most replicas that these runs together may take",
  },
  maximumSweepRuns: { flag: "--maximum-sweep-runs", description: "most runs of one sweep" },
};

async function serve(flags: Flags): Promise<void> {
  const tls = tlsFiles(flags);
  refuseExposure(flags, tls);
  refuseOpenMetrics(flags);
  const [
    { startCoordinator },
    { takeLead },
    { openDoor },
    { ledgerFailure },
    { silenceGrpc },
    { createLog },
  ] = await Promise.all([
    import("../../../coordinator/process/server.ts"),
    import("../../../coordinator/process/takeLead.ts"),
    import("../../../coordinator/door/door.ts"),
    import("../../../coordinator/process/ledgerFailure.ts"),
    import("../grpcLog.ts"),
    import("../log.ts"),
  ]);
  silenceGrpc();
  const log = createLog(flags.logLevel ?? "info");
  await using served = await serveMetrics(flags, loadMetrics, log);
  const { metrics, url: metricsUrl } = served;
  using door = orInputError(() =>
    openDoor({
      ...(tls !== undefined && { tls }),
      ...(flags.tokens !== undefined && { tokens: flags.tokens }),
      limits: flags,
      ...(metrics !== undefined && { watch: metrics.watch }),
      log,
    }),
  );
  const onFatal = (error: unknown) => {
    log.debug({ err: error }, "the ledger failed");
    endAtOnce(ledgerFailure(error));
  };
  const announce = once((port: number, page?: string) => {
    const address = `${hostOf(flags.listen)}:${port}`;
    const others = { page, metrics: metricsUrl };
    const places = Object.entries(others).filter(([, url]) => url !== undefined);
    const lines = [`listening on ${address}`, ...places.map(([name, url]) => `${name} at ${url}`)];
    const printed =
      flags.json === true ? printJson({ address, ...others }) : print(`${lines.join("\n")}\n`);
    // Whoever started it could not know where to call.
    printed.catch(endAtOnce);
  });
  const stopped = new AbortController();
  const signalled = untilSignal().then((signal) => {
    stopped.abort();
    return signal;
  });
  let lead;
  try {
    lead = await takeLead({
      place: flags.ledger ?? defaultLedger(),
      address: flags.listen,
      ...(flags.http !== undefined && { http: flags.http }),
      door,
      holder: `${hostname()}/${process.pid}`,
      log,
      onStandby: ({ port, httpPort }) => {
        announce(port, pageAddress(flags, httpPort));
      },
      onLost: onFatal,
      signal: stopped.signal,
    });
  } catch (error) {
    if (stopped.signal.aborted) return;
    throw error;
  }
  const coordinator = await startCoordinator({
    ...lead,
    door,
    log,
    onFatal,
    ...(metrics !== undefined && { metrics }),
  });
  announce(coordinator.port, pageAddress(flags, coordinator.httpPort));
  log.info({ signal: await signalled }, "stopping");
  await coordinator.close();
}

/** Does what can fail because of what the flags name. @throws InputError */
function orInputError<Result>(open: () => Result): Result {
  try {
    return open();
  } catch (error) {
    throw new InputError(reasonOf(error));
  }
}

async function loadMetrics() {
  const { CoordinatorMetrics } = await import("../../../coordinator/metrics/coordinatorMetrics.ts");
  return CoordinatorMetrics;
}

/** Makes a function that does nothing from the second call on. */
function once<Arguments extends readonly unknown[]>(
  call: (...args: Arguments) => void,
): (...args: Arguments) => void {
  let called = false;
  return (...args) => {
    if (!called) call(...args);
    called = true;
  };
}

/** The files for TLS; undefined if no flag names one. */
function tlsFiles(flags: Flags): DoorOptions["tls"] {
  const { tlsCertificate: certificate, tlsKey: key, tlsClientAuthority: clientAuthority } = flags;
  if (certificate === undefined && key === undefined && clientAuthority === undefined) {
    return undefined;
  }
  if (certificate === undefined) {
    throw new InputError("--tls-certificate: it is missing; TLS needs it together with --tls-key");
  }
  if (key === undefined) {
    throw new InputError("--tls-key: it is missing; TLS needs it beside --tls-certificate");
  }
  return { certificate, key, ...(clientAuthority !== undefined && { clientAuthority }) };
}

/**
 * Refuses to listen where callers could come in that should not.
 *
 * @throws InputError
 */
function refuseExposure(flags: Flags, tls: DoorOptions["tls"]): void {
  const places = [["--listen", flags.listen] as const, ["--http", flags.http] as const];
  for (const [place, listen] of places) {
    if (listen === undefined) continue;
    const problem = exposureProblem({
      flag: place,
      listen,
      hasTls: tls !== undefined,
      asksForCertificates: flags.tlsClientAuthority !== undefined,
      asksForTokens: flags.tokens !== undefined,
      insecure: flags.insecure ?? false,
    });
    if (problem !== undefined) throw new InputError(problem);
  }
}

/** The page's URL; undefined if it is not served. */
function pageAddress({ http, tlsKey }: Flags, port: number | undefined): string | undefined {
  if (http === undefined || port === undefined) return undefined;
  return `${tlsKey === undefined ? "http" : "https"}://${hostOf(http)}:${port}`;
}
