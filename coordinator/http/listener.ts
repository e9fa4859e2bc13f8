import { createServer, type Server, type RequestListener } from "node:http";
import { createServer as createTlsServer, type Server as TlsServer } from "node:https";

import type { Door } from "../door/door.ts";
import type { TlsMaterial } from "../door/tls.ts";

/** The page refuses requests without a Host header itself, in the words of all its refusals. */
const OPTIONS = { requireHostHeader: false };

/**
 * Creates a server of the page, not yet listening. It serves TLS with the door's certificate, if the
 * door has one, and with a new one as soon as the files change.
 */
export function createListener({ tls }: Door, respond: RequestListener): Server | TlsServer {
  if (tls === undefined) return createServer(OPTIONS, respond);
  const server = createTlsServer(
    { ...OPTIONS, ...contextOf(tls.material), requestCert: tls.asksForCertificates },
    respond,
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
