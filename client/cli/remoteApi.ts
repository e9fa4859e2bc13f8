import { SimulationApi } from "../sdk/api.ts";
import { callerCredentials } from "./callerCredentials.ts";
import type { ConnectionFlags } from "./connectionFlags.ts";
import { silenceGrpc } from "./grpcLog.ts";
import { say } from "./streams.ts";

/**
 * Opens a connection to a coordinator as the flags say; reports a search for the one that leads.
 */
export function openRemoteApi(
  coordinator: string,
  flags: ConnectionFlags & { readonly quiet?: boolean },
): SimulationApi {
  silenceGrpc();
  return new SimulationApi(coordinator, callerCredentials(flags, coordinator), () => {
    if (flags.quiet === true) return;
    say(`looking for the leading coordinator among ${coordinator}\n`);
  });
}
