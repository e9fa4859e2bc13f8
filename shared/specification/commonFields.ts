import { RUN_BACKENDS, type RunBackend } from "./backends.ts";
import type { StoppingRule } from "./stoppingRule.ts";
import { readStoppingRule, type Quantity, type StoppingRuleInput } from "./stoppingRuleInput.ts";
import { refused, type FieldReader } from "./violations.ts";

export const MAXIMUM_SEED = 2n ** 64n - 1n;
export const MAXIMUM_DISPLAY_NAME_LENGTH = 200;
export const MAXIMUM_SWEEP_RUNS = 2000;

/** The fields that runs of all kinds have, validated, with defaults filled in. */
export interface CommonFields {
  readonly seed: bigint;
  readonly backend: RunBackend;
  readonly stoppingRule: StoppingRule;
  /** The coverage of intervals. */
  readonly level: number;
  readonly displayName: string;
}

/** The common fields from a command line, a file or the wire, where nothing is trusted. */
export interface CommonInput {
  readonly seed?: unknown;
  readonly backend?: unknown;
  readonly stoppingRule?: StoppingRuleInput;
  readonly level?: unknown;
  readonly displayName?: unknown;
}

/**
 * Reads the common fields; the reader notes what it refuses.
 *
 * @param quantities the quantities whose precision a stopping rule may ask for.
 * @param backends what a run of the kind can ask for.
 */
export function readCommonFields(
  reader: FieldReader,
  input: CommonInput,
  quantities: readonly Quantity[],
  backends: readonly RunBackend[] = RUN_BACKENDS,
): CommonFields {
  return {
    stoppingRule: readStoppingRule(reader, input.stoppingRule ?? {}, quantities),
    seed: readSeed(reader, input.seed ?? 0n),
    backend: reader.oneOf("backend", input.backend ?? "simd", backends),
    level: reader.number(
      "level",
      input.level ?? 0.95,
      "a number from 0.5 to 0.9999",
      (level) => level >= 0.5 && level <= 0.9999,
    ),
    displayName: reader.text("display_name", input.displayName ?? "", MAXIMUM_DISPLAY_NAME_LENGTH),
  };
}

function readSeed(reader: FieldReader, value: unknown): bigint {
  const seed = toBigInt(value);
  if (seed !== undefined && seed >= 0n && seed <= MAXIMUM_SEED) return seed;
  // A number beyond 2⁵³ has been rounded already: the integer that was meant is lost.
  const isRounded = typeof value === "number" && value > Number.MAX_SAFE_INTEGER;
  const how = isRounded ? ", in quotes if it is beyond 2⁵³" : "";
  reader.refuse("seed", `${refused(value)}; give an integer from 0 to 2⁶⁴ − 1${how}`);
  return 0n;
}

function toBigInt(value: unknown): bigint | undefined {
  if (typeof value === "bigint") return value;
  if (typeof value === "number" && Number.isSafeInteger(value)) return BigInt(value);
  if (typeof value === "string" && /^\d{1,20}$/.test(value)) return BigInt(value);
  return undefined;
}
