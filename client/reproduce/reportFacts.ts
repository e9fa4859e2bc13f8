import type { Scale } from "./claim.ts";

/** What a report says of how it was made. */
export interface ReportFacts {
  readonly version: string;
  readonly scale: Scale;
  /** The command line that made it. */
  readonly command: string;
  /** When it was begun, as ISO 8601 has it. */
  readonly startTime: string;
  /** Duration in seconds, reading and drawing left out. */
  readonly seconds: number;
  /** What that was predicted to be; null where it was not. */
  readonly predictedSeconds: number | null;
  /** True if parts came from an earlier run of the command that was interrupted. */
  readonly isResumed: boolean;
  /** The processor, Node's version, and what computed. */
  readonly machine: string;
}
