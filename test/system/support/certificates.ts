import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import type { Identity } from "../../../shared/wire/certificates.ts";

const execute = promisify(execFile);
const NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];

/** Paths of a certificate and its key. */
export class Certificate {
  readonly path: string;
  readonly keyPath: string;

  constructor(folder: string, name: string) {
    this.path = join(folder, `${name}.pem`);
    this.keyPath = join(folder, `${name}.key`);
  }

  get pem(): Buffer {
    return readFileSync(this.path);
  }

  get identity(): Identity {
    return { certificate: this.pem, key: readFileSync(this.keyPath) };
  }
}

/** A folder of certificates, made by the openssl command. */
export class Certificates implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), "lyapunov-certificates-"));

  /** Makes a certificate that is signed by itself, to sign others. */
  async authority(name: string): Promise<Certificate> {
    const made = new Certificate(this.folder, name);
    const files = ["-keyout", made.keyPath, "-out", made.path];
    await this.#openssl("req", "-x509", ...NEW_KEY, ...files, "-subj", `/CN=${name}`, "-days", "2");
    return made;
  }

  /** Makes a certificate for this machine under its names and that of a cluster; −1 days make an expired one. */
  async signed(name: string, authority: Certificate, days = 1): Promise<Certificate> {
    const made = new Certificate(this.folder, name);
    const request = join(this.folder, `${name}.csr`);
    const extensions = join(this.folder, `${name}.ext`);
    writeFileSync(extensions, "subjectAltName=IP:127.0.0.1,DNS:localhost,DNS:cluster.example\n");
    const files = ["-keyout", made.keyPath, "-out", request];
    await this.#openssl("req", ...NEW_KEY, ...files, "-subj", `/CN=${name}`);
    const signer = ["-CA", authority.path, "-CAkey", authority.keyPath, "-CAcreateserial"];
    const life = ["-days", String(days), "-extfile", extensions];
    await this.#openssl("x509", "-req", "-in", request, ...signer, "-out", made.path, ...life);
    return made;
  }

  /** Writes a file beside the certificates; returns its path. */
  write(name: string, text: string): string {
    const path = join(this.folder, name);
    writeFileSync(path, text);
    return path;
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true });
  }

  async #openssl(...args: readonly string[]): Promise<void> {
    await execute("openssl", args);
  }
}
