import type { Reader } from "./readers.ts";

/** Address on which a coordinator listens, and is called, by default. */
export const DEFAULT_ADDRESS = "127.0.0.1:7400";

/** HOST:PORT of a coordinator, an IPv6 host in brackets; or several, with commas. */
export const coordinatorReader: Reader<string> = {
  read: (text) => (text.split(",").every((address) => isAddress(address, 1)) ? text : undefined),
  remedy: `give HOST:PORT, such as ${DEFAULT_ADDRESS}, or several, separated by commas`,
};

/** One HOST:PORT to listen on; port 0 takes a free one. */
export function listenReader(example: string): Reader<string> {
  return {
    read: (text) => (isAddress(text, 0) ? text : undefined),
    remedy: `give HOST:PORT, such as ${example}`,
  };
}

function isAddress(text: string, leastPort: number): boolean {
  const port = /^(?:\[[0-9a-f:.]+\]|[^:\s/]+):(\d{1,5})$/i.exec(text)?.[1];
  return port !== undefined && Number(port) >= leastPort && Number(port) <= 65_535;
}
