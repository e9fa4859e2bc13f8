/**
 * Enumerations travel as `WEIGHT_LAW_GAUSSIAN` and are written `gaussian` everywhere else; states
 * keep their capitals: `RUN_STATE_SUCCEEDED` and `SUCCEEDED`.
 */
const PREFIXES = {
  weights: "WEIGHT_LAW_",
  namedGain: "NAMED_GAIN_",
  sampling: "SAMPLING_",
  backend: "BACKEND_",
  kind: "RUN_KIND_",
  state: "RUN_STATE_",
} as const;

export type EnumerationField = keyof typeof PREFIXES;

/** `WEIGHT_LAW_GAUSSIAN` → `gaussian`; undefined for `…_UNSPECIFIED` and for nothing. */
export function shortName(field: EnumerationField, value: string | undefined): string | undefined {
  if (value === undefined || value === "") return undefined;
  const prefix = PREFIXES[field];
  const short = value.startsWith(prefix) ? value.slice(prefix.length) : value;
  if (short === "UNSPECIFIED") return undefined;
  return field === "state" ? short : short.toLowerCase();
}

/** `gaussian` → `WEIGHT_LAW_GAUSSIAN`; undefined → `WEIGHT_LAW_UNSPECIFIED`. */
export function wireName<Wire extends string>(
  field: EnumerationField,
  short: string | undefined,
): Wire {
  return `${PREFIXES[field]}${(short ?? "unspecified").toUpperCase()}` as Wire;
}

export function isEnumerationField(field: string): field is EnumerationField {
  return Object.hasOwn(PREFIXES, field);
}
