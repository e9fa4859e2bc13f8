import { experimental, type ServerCredentials } from "@grpc/grpc-js";
import type { Logger } from "pino";

import {
  authorityProblem,
  certificateProblem,
  keyProblem,
} from "../../shared/wire/certificates.ts";
import { WatchedFiles } from "./watchedFiles.ts";

/** Paths of PEM files. */
export interface TlsFiles {
  readonly certificate: string;
  readonly key: string;
  /** Clients and workers need certificates that it has signed. */
  readonly clientAuthority?: string;
}

/** The contents of the files. */
export interface TlsMaterial {
  readonly certificate: Buffer;
  readonly key: Buffer;
  readonly clientAuthority: Buffer | undefined;
}

/** TLS by files that may be replaced while the server runs. */
export interface Tls extends Disposable {
  readonly credentials: ServerCredentials;
  readonly asksForCertificates: boolean;
  /** The contents now in force. */
  readonly material: TlsMaterial;
  /** Calls `listener` whenever the files change, until the returned call. */
  onChange(listener: (material: TlsMaterial) => void): () => void;
}

/** @throws Error that names the flag, the file and the remedy. */
export function openTls(files: TlsFiles, log: Logger): Tls {
  const { certificate, key, clientAuthority } = files;
  const named = [
    { flag: "--tls-certificate", path: certificate },
    { flag: "--tls-key", path: key },
    ...(clientAuthority === undefined
      ? []
      : [{ flag: "--tls-client-authority", path: clientAuthority }]),
  ];
  const watched = new WatchedFiles(named, (contents) => checked(files, contents), log);
  const provider = new FileCertificates(watched);
  return {
    credentials: experimental.createCertificateProviderServerCredentials(
      provider,
      clientAuthority === undefined ? null : provider,
      clientAuthority !== undefined,
    ),
    asksForCertificates: clientAuthority !== undefined,
    get material() {
      return watched.current;
    },
    onChange: (listener) => watched.onChange(listener),
    [Symbol.dispose]: () => {
      watched[Symbol.dispose]();
    },
  };
}

function checked(files: TlsFiles, contents: readonly Buffer[]): TlsMaterial {
  const [certificate = Buffer.of(), key = Buffer.of(), clientAuthority] = contents;
  const now = Date.now();
  refuse("--tls-certificate", files.certificate, certificateProblem(certificate, now));
  refuse("--tls-key", files.key, keyProblem({ certificate, key }));
  if (clientAuthority !== undefined) {
    const problem = authorityProblem(clientAuthority, now);
    refuse("--tls-client-authority", files.clientAuthority, problem);
  }
  return { certificate, key, clientAuthority };
}

function refuse(flag: string, path: string | undefined, problem: string | undefined): void {
  if (problem !== undefined) throw new Error(`${flag}: '${path}' ${problem}`);
}

/** Hands the files' contents to grpc-js, now and whenever they change. */
class FileCertificates implements experimental.CertificateProvider {
  readonly #files: WatchedFiles<TlsMaterial>;
  readonly #subscriptions = new Map<object, () => void>();

  constructor(files: WatchedFiles<TlsMaterial>) {
    this.#files = files;
  }

  addCaCertificateListener(listener: experimental.CaCertificateUpdateListener): void {
    this.#subscribe(listener, ({ clientAuthority }) => {
      listener(clientAuthority === undefined ? null : { caCertificate: clientAuthority });
    });
  }

  removeCaCertificateListener(listener: experimental.CaCertificateUpdateListener): void {
    this.#unsubscribe(listener);
  }

  addIdentityCertificateListener(listener: experimental.IdentityCertificateUpdateListener): void {
    this.#subscribe(listener, ({ certificate, key }) => {
      listener({ certificate, privateKey: key });
    });
  }

  removeIdentityCertificateListener(
    listener: experimental.IdentityCertificateUpdateListener,
  ): void {
    this.#unsubscribe(listener);
  }

  #subscribe(listener: object, tell: (material: TlsMaterial) => void): void {
    this.#subscriptions.set(listener, this.#files.onChange(tell));
    // A server hears only of what comes after it has subscribed.
    queueMicrotask(() => {
      if (this.#subscriptions.has(listener)) tell(this.#files.current);
    });
  }

  #unsubscribe(listener: object): void {
    this.#subscriptions.get(listener)?.();
    this.#subscriptions.delete(listener);
  }
}
