import assert from "node:assert/strict";

import { ChannelCredentials, status as Code, type ServiceError } from "@grpc/grpc-js";

import { readDetails } from "../../../shared/wire/errorDetails.ts";
import { SimulationService } from "../../../shared/wire/protocol.ts";

type Client = InstanceType<typeof SimulationService>;
type Done<Response> = (error: ServiceError | null, response?: Response) => void;

/** A client of SimulationService as it is on the wire: a test can set every field of a request. */
export class Rpc {
  readonly client: Client;

  constructor(address: string) {
    this.client = new SimulationService(address, ChannelCredentials.createInsecure());
  }

  close(): void {
    this.client.close();
  }

  call<Response>(method: (client: Client, done: Done<Response>) => unknown): Promise<Response> {
    const { promise, resolve, reject } = Promise.withResolvers<Response>();
    method(this.client, (error, response) => {
      if (error !== null) reject(error);
      else resolve(response as Response);
    });
    return promise;
  }
}

/** How a call was refused. */
export interface Refusal {
  readonly code: string | undefined;
  readonly reason: string;
  /** Field paths, in order. */
  readonly fields: readonly string[];
  readonly message: string;
  /** Refused fields that are not among `fields`. */
  readonly omittedCount: number;
}

/** Waits for a call to be refused; fails if it is not. */
export async function refusal(call: Promise<unknown>): Promise<Refusal> {
  try {
    await call;
  } catch (error) {
    const { reason, violations, omittedCount } = readDetails(error as ServiceError);
    const { code, details } = error as ServiceError;
    return {
      code: Code[code],
      reason,
      fields: violations.map(({ field }) => field),
      message: details,
      omittedCount,
    };
  }
  assert.fail("the call was not refused");
}
