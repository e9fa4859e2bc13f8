import type { BackendName } from "./backends.ts";

/** A way in which this machine could compute, or why it cannot. */
export interface SurveyedDevice {
  /** Undefined where it is not known which device it would be. */
  readonly name?: string;
  readonly backend: BackendName;
  readonly description?: string;
  readonly driver?: string;
  readonly memoryBytes?: number;
  /** True if a processor plays the part of a GPU: it is taken only where that is asked for. */
  readonly isSoftware: boolean;
  readonly slotCount?: number;
  readonly weightsPerSecond?: number;
  /** Why it cannot be taken, in a sentence. */
  readonly problem?: string;
}
