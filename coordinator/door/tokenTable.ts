import { timingSafeEqual } from "node:crypto";

import { parse } from "yaml";
import { z } from "zod";

import { clipped, refused } from "../../shared/network/violations.ts";
import { ROLES, type Role } from "../../shared/wire/roles.ts";

/** A token that opens the door, without the token. */
export interface TokenEntry {
  /** Whose it is; several tokens may be one client's, for one to replace the other. */
  readonly name: string;
  readonly roles: readonly Role[];
  readonly digest: Buffer;
}

const MAXIMUM_QUOTE_LENGTH = 100;
const NAME = "give 1 to 64 letters, digits, and . _ @ -";
const ROLE = `give a list of ${ROLES.join(", ")}`;
const DIGEST = "give the 64 hexadecimal digits that 'lyapunov token' prints";

const entry = z.strictObject(
  {
    name: z.string(NAME).regex(/^[\w.@-]{1,64}$/, NAME),
    roles: z.array(z.enum(ROLES, `give one of ${ROLES.join(", ")}`), ROLE).min(1, ROLE),
    sha256: z.string(DIGEST).regex(/^[0-9a-f]{64}$/i, DIGEST),
  },
  "give name, roles and sha256",
);

const tokenFile = z.array(entry, "give a list of tokens; [] lets nobody in");

/** The tokens of a token file. */
export class TokenTable {
  readonly #entries: readonly TokenEntry[];

  constructor(entries: readonly TokenEntry[]) {
    this.#entries = entries;
  }

  /**
   * Reads a token file: a YAML list of `name`, `roles` and `sha256`.
   *
   * @throws Error that names the field, the value and the remedy
   */
  static parse(text: string): TokenTable {
    let document: unknown;
    try {
      document = parse(text, { logLevel: "error" });
    } catch (error) {
      const [first = ""] = (error as Error).message.split("\n");
      const complaint = clipped(first.replace(/:$/, ""), MAXIMUM_QUOTE_LENGTH);
      throw new Error(`not YAML: ${complaint}`, { cause: error });
    }
    const result = tokenFile.safeParse(document);
    if (!result.success) throw new Error(problemOf(document, result.error));
    const entries = result.data.map(({ name, roles, sha256 }) => ({
      name,
      roles,
      digest: Buffer.from(sha256, "hex"),
    }));
    const places = new Map<string, number>();
    for (const [i, { digest }] of entries.entries()) {
      const hash = digest.toString("hex");
      const first = places.get(hash);
      if (first !== undefined) {
        throw new Error(`${i}.sha256: it is that of token ${first}, too; give each token once`);
      }
      places.set(hash, i);
    }
    return new TokenTable(entries);
  }

  get size(): number {
    return this.#entries.length;
  }

  /** The token with the digest; takes equally long whichever it is, or none. */
  find(digest: Buffer): TokenEntry | undefined {
    let found: TokenEntry | undefined;
    for (const candidate of this.#entries) {
      if (timingSafeEqual(candidate.digest, digest)) found = candidate;
    }
    return found;
  }
}

/** What zod complains of first: the field, its value unless that may be a secret, what is allowed. */
function problemOf(document: unknown, { issues, message }: z.ZodError): string {
  const [issue] = issues;
  if (issue === undefined) return message;
  if (issue.code === "unrecognized_keys") {
    const key = clipped(issue.keys[0] ?? "", MAXIMUM_QUOTE_LENGTH);
    const field = [...issue.path, key].join(".");
    return `${field}: there is no such field; give ${Object.keys(entry.shape).join(", ")}`;
  }
  const value = issue.path.reduce<unknown>(
    (parent, key) => (parent as Readonly<Record<PropertyKey, unknown>>)[key],
    document,
  );
  const field = issue.path.length === 0 ? "the list" : issue.path.join(".");
  const isPublic = field.endsWith(".name") || field.includes(".roles") || value === undefined;
  return `${field}: ${isPublic ? refused(value) : "what is there is not allowed"}; ${issue.message}`;
}
