import { createServer, type Server, type RequestListener } from "node:http";
import { createServer as createTlsServer, type Server as TlsServer } from "node:https";

import type { Door } from "../door/door.ts";
import type { TlsMaterial } from "../door/tls.ts";

/**
 * A server of the page, not yet listening: by the certificate of the door, if it has one, and by
 * the next when the files change.
 */
export function createListener({ tls }: Door, answer: RequestListener): Server | TlsServer {
  if (tls === undefined) return createServer(answer);
  const server = createTlsServer(
    { ...contextOf(tls.material), requestCert: tls.asksForCertificates },
    answer,
  );
  const forget = tls.onChange((material) => {
    server.setSecureContext(contextOf(material));
  });
  server.on("close", forget);
  return server;
}

function contextOf({ certificate, key, clientAuthority }: TlsMaterial) {
  return { cert: certificate, key, ...(clientAuthority !== undefined && { ca: clientAuthority }) };
}
