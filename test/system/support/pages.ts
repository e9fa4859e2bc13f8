import { startCommand } from "./command.ts";
import type { Started } from "./processes.ts";

/** A coordinator with a page. */
export interface PagedCoordinator extends AsyncDisposable {
  readonly coordinator: Started;
  /** HOST:PORT of the coordinator's gRPC. */
  readonly address: string;
  /** Address of the page, such as `http://127.0.0.1:40123`. */
  readonly page: string;
}

/** Starts `lyapunov serve --http` on loopback, on free ports unless flags say otherwise. */
export async function startPaged(flags: readonly string[]): Promise<PagedCoordinator> {
  const listen = ["--listen", "127.0.0.1:0", "--http", "127.0.0.1:0", "--json"];
  const coordinator = startCommand(["serve", ...listen, ...flags]);
  const pattern = /"address": "([^"]+)",\s+"page": "([^"]+)"/;
  const [, address, page] = await coordinator.said(pattern, "stdout");
  return {
    coordinator,
    address: String(address),
    page: String(page),
    [Symbol.asyncDispose]: () => coordinator[Symbol.asyncDispose](),
  };
}
