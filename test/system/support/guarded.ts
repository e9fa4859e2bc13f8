import { status as Code, type ServiceError } from "@grpc/grpc-js";

import { SimulationApi } from "../../../client/sdk/api.ts";
import { parsePropagation } from "../../../shared/kinds/propagation/propagation.ts";
import type { CallerCredentials } from "../../../shared/wire/credentials.ts";
import { connect } from "../../../shared/wire/coordinatorClient.ts";
import { FleetService } from "../../../shared/wire/protocol.ts";
import type { Role } from "../../../shared/wire/roles.ts";
import { specificationToMessage } from "../../../shared/kinds/propagation/messages.ts";
import { tokenDigest } from "../../../shared/wire/tokens.ts";
import { VERSION } from "../../../shared/wire/version.ts";
import { startCommand } from "./command.ts";
import type { Started } from "./processes.ts";

/** An entry of a token file. */
export function tokenEntry(name: string, roles: readonly Role[], token: string): string {
  const sha256 = tokenDigest(token).toString("hex");
  return `- { name: ${name}, roles: [${roles.join(", ")}], sha256: ${sha256} }\n`;
}

/** A coordinator that checks who calls. */
export interface Guarded extends AsyncDisposable {
  readonly coordinator: Started;
  readonly address: string;
}

/** Starts `lyapunov serve` on a free port of loopback; resolves when it listens. */
export async function startGuarded(flags: readonly string[], ledger = "memory"): Promise<Guarded> {
  const listen = ["--listen", "127.0.0.1:0", "--ledger", ledger, "--json"];
  const coordinator = startCommand(["serve", ...listen, ...flags]);
  const [, address] = await coordinator.said(/"address": "([^"]+)"/, "stdout");
  return {
    coordinator,
    address: String(address),
    [Symbol.asyncDispose]: () => coordinator[Symbol.asyncDispose](),
  };
}

export type Deed = "list" | "create" | "work";

/** Tries a deed at the coordinator; returns "in", or the code with which the caller stays out. */
export async function attempt(
  deed: Deed,
  address: string,
  credentials: CallerCredentials,
): Promise<string> {
  try {
    await DEEDS[deed](address, credentials);
    return "in";
  } catch (error) {
    return Code[(error as ServiceError).code] ?? String(error);
  }
}

const RUN = specificationToMessage(
  parsePropagation({
    network: { width: 2, depth: 2, negativeSlope: 0.1, weights: "gaussian", gain: 1 },
    stoppingRule: { replicaCount: 64 },
  }),
);

const DEEDS: Readonly<
  Record<Deed, (address: string, credentials: CallerCredentials) => Promise<unknown>>
> = {
  list: (address, credentials) => withApi(address, credentials, (api) => api.listRuns(1, "")),
  create: (address, credentials) => withApi(address, credentials, (api) => api.createRun(RUN, "")),
  work,
};

async function withApi(
  address: string,
  credentials: CallerCredentials,
  task: (api: SimulationApi) => Promise<unknown>,
): Promise<void> {
  const api = new SimulationApi(address, credentials);
  try {
    await task(api);
  } finally {
    api.close();
  }
}

/** Joins as a worker and leaves once it is welcome. */
async function work(address: string, credentials: CallerCredentials): Promise<void> {
  const client = connect(FleetService, address, credentials);
  const stream = client.Work();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  stream.on("error", reject);
  stream.on("data", () => {
    resolve();
  });
  const devices = [{ backends: ["BACKEND_REFERENCE" as const], slotCount: 1, description: "" }];
  stream.write({ join: { workerId: "w", displayName: "w", version: VERSION, devices } });
  try {
    await promise;
  } finally {
    stream.cancel();
    client.close();
  }
}
