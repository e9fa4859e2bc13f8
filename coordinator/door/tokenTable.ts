import { timingSafeEqual } from "node:crypto";

import { z } from "zod";

import { documentError } from "../../shared/specification/documentProblem.ts";
import { YamlDocument } from "../../shared/specification/yamlDocument.ts";
import { ROLES, type Role } from "../../shared/wire/roles.ts";

/** A caller who may come in. */
export interface Holder {
  /** The client's name; several tokens may share it, so that one can replace another. */
  readonly name: string;
  readonly roles: readonly Role[];
}

/** A token that opens the door; only its digest is kept. */
export interface TokenEntry extends Holder {
  readonly digest: Buffer;
}

const NAME = "give 1 to 64 letters, digits, and . _ @ -";
const ROLE = `give a list of ${ROLES.join(", ")}`;
const DIGEST = "give the 64 hexadecimal digits that 'lyapunov token' prints";

const CERTIFICATE =
  "give the common name of a certificate, or its SHA-256 fingerprint if it has none";

const entry = z
  .strictObject(
    {
      name: z.string(NAME).regex(/^[\w.@-]{1,64}$/, NAME),
      roles: z.array(z.enum(ROLES, `give one of ${ROLES.join(", ")}`), ROLE).min(1, ROLE),
      sha256: z
        .string(DIGEST)
        .regex(/^[0-9a-f]{64}$/i, DIGEST)
        .optional(),
      certificate: z
        .string(CERTIFICATE)
        .regex(/^\P{Cc}{1,95}$/u, CERTIFICATE)
        .optional(),
    },
    "give name, roles and sha256",
  )
  .refine(
    ({ sha256, certificate }) => (sha256 === undefined) !== (certificate === undefined),
    "give sha256 of a token, or certificate",
  );

const tokenFile = z.array(entry, "give a list of tokens; [] lets nobody in");

/** The tokens of a token file, and the certificates that are named in it. */
export class TokenTable {
  readonly #entries: readonly TokenEntry[];
  readonly #certificates: ReadonlyMap<string, Holder>;

  constructor(
    entries: readonly TokenEntry[],
    certificates: ReadonlyMap<string, Holder> = new Map(),
  ) {
    this.#entries = entries;
    this.#certificates = certificates;
  }

  /**
   * Reads a token file: a YAML list of `name`, `roles` and `sha256` or `certificate`.
   *
   * @throws Error that names the field, the value and the remedy
   */
  static parse(text: string): TokenTable {
    const document = new YamlDocument(text);
    const result = tokenFile.safeParse(document.value);
    if (!result.success) {
      throw documentError(document, result.error, {
        whole: "the list",
        fieldsAt: () => Object.keys(entry.shape),
        // A token, in whatever place, may be a secret.
        isPublic: (path) =>
          path.includes("roles") || ["name", "certificate"].includes(String(path.at(-1))),
      });
    }
    const tokens = new Map<string, TokenEntry>();
    const certificates = new Map<string, Holder>();
    for (const [i, { name, roles, sha256, certificate }] of result.data.entries()) {
      const digest = sha256?.toLowerCase() ?? "";
      if (tokens.has(digest)) {
        throw new Error(`${i}.sha256: it repeats that of an earlier token; give each token once`);
      }
      if (certificate !== undefined && certificates.has(certificate)) {
        throw new Error(`${i}.certificate: it repeats an earlier one; give each certificate once`);
      }
      if (certificate !== undefined) certificates.set(certificate, { name, roles });
      else tokens.set(digest, { name, roles, digest: Buffer.from(digest, "hex") });
    }
    return new TokenTable([...tokens.values()], certificates);
  }

  get size(): number {
    return this.#entries.length + this.#certificates.size;
  }

  /** The holder of a certificate that TLS accepted. */
  findCertificate(name: string): Holder | undefined {
    return this.#certificates.get(name);
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
