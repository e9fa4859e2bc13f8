import { listenOn, type Listening } from "../../shared/wire/listening.ts";
import type { Door } from "../door/door.ts";
import { sendError } from "./responses.ts";
import { createListener } from "./listener.ts";

/**
 * Holds the page's address while its coordinator stands by, and says so to every request. The address
 * is then certain to be free when the coordinator leads. A browser asks again by itself.
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
