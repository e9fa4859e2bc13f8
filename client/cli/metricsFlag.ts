import { performance } from "node:perf_hooks";

import type { Command } from "commander";
import type { Logger } from "pino";

import type { Observed } from "../../shared/metrics/metricsServer.ts";
import { hostOf, isLoopback } from "../../shared/wire/addresses.ts";
import { InputError } from "../sdk/errors.ts";
import { listenReader } from "./addressReaders.ts";
import { flag } from "./readers.ts";

export interface MetricsFlags {
  readonly metrics?: string;
  readonly openMetrics?: boolean;
}

export function addMetricsFlag(command: Command): Command {
  return command
    .addOption(
      flag(
        "--metrics <host:port>",
        "serve /metrics for Prometheus, /healthz and /readyz at this address, such as 127.0.0.1:9464; " +
          "port 0 picks a free one; beyond this machine it needs --open-metrics (default: none)",
        listenReader("127.0.0.1:9464"),
      ),
    )
    .option("--open-metrics", "serve metrics beyond this machine, unencrypted and to anyone");
}

/**
 * Refuses metrics that would be open to everybody without `--open-metrics`.
 *
 * @throws InputError
 */
export function refuseOpenMetrics({ metrics, openMetrics }: MetricsFlags): void {
  if (metrics === undefined && openMetrics === true) {
    throw new InputError("--open-metrics: no metrics are served; give --metrics HOST:PORT");
  }
  if (metrics === undefined || openMetrics === true || isLoopback(hostOf(metrics))) return;
  throw new InputError(
    `--metrics: ${metrics} would be open to anyone who can reach it; ` +
      `listen on 127.0.0.1, or pass --open-metrics`,
  );
}

/** Metrics that are served until this is disposed of; none without the flag. */
interface ServedMetrics<Metrics> extends AsyncDisposable {
  readonly metrics?: Metrics;
  /** URL at which Prometheus finds them. */
  readonly url?: string;
}

/**
 * Serves the metrics of a command that has the flag.
 *
 * @param load imports what the command counts
 * @throws Error if the address cannot be listened on
 */
export async function serveMetrics<Metrics extends Observed>(
  { metrics: address }: MetricsFlags,
  load: () => Promise<new (clock: () => number) => Metrics>,
  log: Logger,
): Promise<ServedMetrics<Metrics>> {
  if (address === undefined) return { [Symbol.asyncDispose]: async () => undefined };
  const { startMetricsServer } = await import("../../shared/metrics/metricsServer.ts");
  const Kind = await load();
  const metrics = new Kind(() => performance.now() / 1000);
  const server = await startMetricsServer(address, metrics, log);
  const url = `http://${hostOf(address)}:${server.port}/metrics`;
  log.info(`metrics at ${url}`);
  return { metrics, url, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}
