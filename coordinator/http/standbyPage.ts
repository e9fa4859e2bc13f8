import { listenOn, type Listening } from "../../shared/wire/listening.ts";
import type { Door } from "../door/door.ts";
import { sendError } from "./responses.ts";
import { createListener } from "./listener.ts";

/**
 * Has the page's address while its coordinator stands by, so that it is free when it leads, and says
 * so to whoever comes. A browser asks again by itself.
 *
 * @throws Error if the address cannot be listened on.
 */
export async function startStandbyPage(
  address: string,
  message: string,
  door: Door,
): Promise<Listening> {
  const server = createListener(door, (_request, response) => {
    const headers = { "retry-after": "5", refresh: "5" };
    sendError(response, 503, "UNAVAILABLE", "STANDBY", message, headers);
  });
  return listenOn(server, "--http", address);
}
