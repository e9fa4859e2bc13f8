import { createHash } from "node:crypto";

const PREFIX = "lyapunov_";
const RANDOM_BYTES = 32;
const MAXIMUM_TOKEN_LENGTH = 512;

/** The metadata key that carries a token. */
export const AUTHORIZATION = "authorization";

/**
 * A token of 256 random bits.
 *
 * @param random makes so many bytes, as node:crypto's randomBytes.
 */
export function newToken(random: (size: number) => Buffer): string {
  return PREFIX + random(RANDOM_BYTES).toString("base64url");
}

/** What a coordinator keeps of a token. With 256 random bits, a plain hash cannot be turned back. */
export function tokenDigest(token: string): Buffer {
  return createHash("sha256").update(token, "utf8").digest();
}

/** Whether a text can be sent as a token. */
export function isToken(text: string): boolean {
  return text.length <= MAXIMUM_TOKEN_LENGTH && /^[\x21-\x7e]+$/.test(text);
}

export function bearer(token: string): string {
  return `Bearer ${token}`;
}

/** The token in the metadata's values; undefined if they are no single well-formed one. */
export function readBearer(values: readonly (string | Buffer)[]): string | undefined {
  const [value] = values;
  if (values.length !== 1 || typeof value !== "string") return undefined;
  const token = /^Bearer ([^ ]+)$/i.exec(value)?.[1];
  return token !== undefined && isToken(token) ? token : undefined;
}
