import { performance } from "node:perf_hooks";

import type { Command } from "commander";
import type { Logger } from "pino";

import type { Observed } from "../../shared/metrics/metricsServer.ts";
import { hostOf, isLoopback } from "../../shared/wire/addresses.ts";
import { badInput, CommandError, EXIT } from "./failure.ts";
import { placeToListen } from "./options.ts";

export interface MetricsFlags {
  readonly metrics?: string;
  readonly openMetrics?: boolean;
}

export function addMetricsFlag(command: Command): Command {
  return command
    .option(
      "--metrics <host:port>",
      "serve /metrics for Prometheus there, with /healthz and /readyz, such as 127.0.0.1:9464; " +
        "port 0 takes a free one; beyond this machine with --open-metrics (default: nowhere)",
      placeToListen("127.0.0.1:9464"),
    )
    .option("--open-metrics", "serve them beyond this machine: in the clear, and nobody is asked");
}

/** @throws badInput if everybody would reach what nobody has said they may, or nothing. */
export function refuseOpenMetrics({ metrics, openMetrics }: MetricsFlags): void {
  if (metrics === undefined && openMetrics === true) {
    throw badInput("--open-metrics: there are none to open; say where with --metrics HOST:PORT");
  }
  if (metrics === undefined || openMetrics === true || isLoopback(hostOf(metrics))) return;
  throw badInput(
    `--metrics: ${metrics} would be open to everyone who reaches it; ` +
      `listen on 127.0.0.1, or say --open-metrics`,
  );
}

/** Metrics that are served for as long as this is not disposed of; none without the flag. */
interface ServedMetrics<Metrics> extends AsyncDisposable {
  readonly metrics?: Metrics;
  /** Where Prometheus finds them. */
  readonly url?: string;
}

/** @throws CommandError if the address cannot be listened on. */
export async function serveMetrics<Metrics extends Observed>(
  { metrics: address }: MetricsFlags,
  load: () => Promise<new (clock: () => number) => Metrics>,
  log: Logger,
): Promise<ServedMetrics<Metrics>> {
  if (address === undefined) return { [Symbol.asyncDispose]: async () => undefined };
  const { startMetricsServer } = await import("../../shared/metrics/metricsServer.ts");
  const Kind = await load();
  const metrics = new Kind(() => performance.now() / 1000);
  try {
    const server = await startMetricsServer(address, metrics, log);
    const url = `http://${hostOf(address)}:${server.port}/metrics`;
    log.info(`metrics at ${url}`);
    return { metrics, url, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
  } catch (error) {
    throw new CommandError((error as Error).message, EXIT.failed, { cause: error });
  }
}
