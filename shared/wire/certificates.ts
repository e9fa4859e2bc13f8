import { createPrivateKey, X509Certificate, type KeyObject } from "node:crypto";
import { createSecureContext, type SecureContextOptions } from "node:tls";

/** A certificate and its key, in PEM. */
export interface Identity {
  readonly certificate: Buffer;
  readonly key: Buffer;
}

/**
 * Says what is wrong with a certificate, as the end of a sentence that begins with its file;
 * undefined if all is well.
 *
 * @param pem one certificate, or a chain, of which the first is checked.
 * @param now milliseconds since 1970.
 */
export function certificateProblem(pem: Buffer, now: number): string | undefined {
  const certificate = readCertificate(pem);
  if (certificate === undefined) return "is not a certificate in PEM; give one";
  if (!isUsable({ cert: pem })) return "is not a chain of certificates in PEM; give one";
  if (now > certificate.validToDate.getTime()) {
    return `expired on ${certificate.validToDate.toISOString()}; give one that is valid`;
  }
  if (now < certificate.validFromDate.getTime()) {
    return `is valid from ${certificate.validFromDate.toISOString()} only; give one that is valid now, or set the clock`;
  }
  return undefined;
}

/** Says what is wrong with a private key, or that it is not the certificate's; else undefined. */
export function keyProblem({ certificate, key }: Identity): string | undefined {
  const privateKey = readKey(key);
  if (privateKey === undefined) {
    return "is not a private key in PEM without a passphrase; give one";
  }
  const isItsKey = readCertificate(certificate)?.checkPrivateKey(privateKey) === true;
  if (isItsKey && isUsable({ cert: certificate, key })) return undefined;
  return "is not the key of the certificate; give the one that belongs to it";
}

/** Says what is wrong with an authority's certificate; undefined if all is well. */
export function authorityProblem(pem: Buffer, now: number): string | undefined {
  const problem = certificateProblem(pem, now);
  if (problem !== undefined) return problem;
  if (readCertificate(pem)?.ca === true && isUsable({ ca: pem })) return undefined;
  return "is not the certificate of an authority; give that of the authority that signed";
}

function readCertificate(pem: Buffer): X509Certificate | undefined {
  if (!pem.includes("-----BEGIN CERTIFICATE-----")) return undefined;
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

function readKey(pem: Buffer): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}

/** True if TLS accepts the files; it reads them whole, and would otherwise throw in a server. */
function isUsable(options: SecureContextOptions): boolean {
  try {
    createSecureContext(options);
    return true;
  } catch {
    return false;
  }
}
