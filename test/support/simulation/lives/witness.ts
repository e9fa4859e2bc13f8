import type { Trace } from "../trace.ts";
import type { Deliveries } from "./deliveries.ts";
import type { DurableRecord } from "./durableRecord.ts";
import type { Findings } from "./findings.ts";

/** What can be seen of a world from outside, and what was found to be wrong with it. */
export interface Witness {
  readonly findings: Findings;
  readonly deliveries: Deliveries;
  readonly record: DurableRecord;
  readonly trace: Trace;
  /** Seconds of the coordinator's clock. */
  clock(): number;
  /** Takes note that something happened. */
  note(what: string, detail?: string): void;
}
