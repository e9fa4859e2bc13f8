import { EVENT_LOOP_SAMPLE_MILLISECONDS } from "../../../shared/metrics/eventLoop.ts";

/**
 * PromQL for the delay of event loops in seconds: 99 in 100 delays are shorter.
 *
 * @param processes a selector such as `{job="worker"}`.
 */
export function eventLoopDelay(processes: string): string {
  const interval = EVENT_LOOP_SAMPLE_MILLISECONDS / 1000;
  return `clamp_min(nodejs_eventloop_lag_p99_seconds${processes} - ${interval}, 0)`;
}
