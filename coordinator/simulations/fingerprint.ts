import { createHash } from "node:crypto";

import type { RunSpecification } from "../../shared/kinds/kind.ts";

/** The fingerprints of a request's content: equal content has equal fingerprints. */
export interface Fingerprints {
  readonly fingerprint: string;
  /** The fingerprint that version 0.1 recorded for the same request. */
  readonly ofVersion01: string;
}

/** Computes the fingerprints of a request for these specifications, and other content. */
export function fingerprintsOf(parts: readonly (string | RunSpecification)[]): Fingerprints {
  const earlier = parts.map((part) =>
    typeof part === "string" ? part : (part.kind.asReadByVersion01?.(part) ?? part),
  );
  return { fingerprint: fingerprintOf(parts), ofVersion01: fingerprintOf(earlier) };
}

function fingerprintOf(parts: readonly (string | RunSpecification)[]): string {
  const canonical = JSON.stringify(parts, (_key, value: unknown) => {
    if (typeof value === "bigint") return String(value);
    if (!isPlainObject(value)) return value;
    // The order in which fields were set is not part of the content.
    return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
  return createHash("sha256").update(canonical).digest("hex");
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
