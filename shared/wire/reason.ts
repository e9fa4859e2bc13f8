/** Stands where nobody has said why. */
const UNSAID = "no reason was given";

/**
 * Says in words why something failed, from whatever was thrown; the words are never empty.
 *
 * Node leaves an error without a message where several addresses failed one after another, grpc-js
 * rejects with `undefined` and puts that into a sentence, and any server may send an empty reason.
 */
export function reasonOf(thrown: unknown): string {
  return said(thrown) ?? UNSAID;
}

function said(thrown: unknown): string | undefined {
  if (typeof thrown === "string") return meaningful(thrown);
  if (!(thrown instanceof Error)) return undefined;
  const message = meaningful(thrown.message);
  if (message !== undefined) return message;
  const { code } = thrown as NodeJS.ErrnoException;
  const parts = thrown instanceof AggregateError ? (thrown.errors as unknown[]) : [thrown.cause];
  const reasons = new Set(parts.map(said).filter((reason) => reason !== undefined));
  if (reasons.size > 0) return [...reasons].join("; ");
  return typeof code === "string" ? code : undefined;
}

/** The text without space around it; undefined if it says nothing. */
function meaningful(text: string): string | undefined {
  const trimmed = text.trim();
  return ["", "undefined", "null"].includes(trimmed) ? undefined : trimmed;
}
