/** What went wrong with a connection, freed from grpc-js's words about its own state. */
export function connectionTrouble(details: string): string {
  const last = /Last error: (?:Error: )?(.*?)\. Resolution note:/s.exec(details)?.[1] ?? details;
  const tls = /error:\w+:SSL routines:[^:]*:([^:]+):/.exec(last)?.[1];
  if (tls !== undefined) return `TLS: ${tls}`;
  return last.replace(/ \(\d{4}-\d\d-\d\dT[^)]*\)$/, "");
}
