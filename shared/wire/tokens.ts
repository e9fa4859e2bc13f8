import { createHash } from "node:crypto";

const PREFIX = "lyapunov_";
const RANDOM_BYTES = 32;
const MAXIMUM_TOKEN_LENGTH = 512;

/** The metadata key that carries a token. */
export const AUTHORIZATION = "authorization";

/**
 * Makes a token of 256 random bits.
 *
 * @param random makes `size` random bytes, like node:crypto's randomBytes.
 */
export function newToken(random: (size: number) => Buffer): string {
  return PREFIX + random(RANDOM_BYTES).toString("base64url");
}

/** The hash that a coordinator keeps of a token; 256 random bits cannot be found from it. */
export function tokenDigest(token: string): Buffer {
  return createHash("sha256").update(token, "utf8").digest();
}

/** True if a text can be sent as a token. */
export function isToken(text: string): boolean {
  return text.length <= MAXIMUM_TOKEN_LENGTH && /^[\x21-\x7e]+$/.test(text);
}

export function bearer(token: string): string {
  return `Bearer ${token}`;
}

/** The token in the values of metadata; undefined unless there is one value, well formed. */
export function readBearer(values: readonly (string | Buffer)[]): string | undefined {
  const [value] = values;
  if (values.length !== 1 || typeof value !== "string") return undefined;
  const token = /^Bearer ([^ ]+)$/i.exec(value)?.[1];
  return token !== undefined && isToken(token) ? token : undefined;
}
