import assert from "node:assert/strict";
import { createServer, type AddressInfo, type Socket } from "node:net";

import {
  ChannelCredentials,
  Server,
  ServerCredentials,
  status as Code,
  type ServiceError,
} from "@grpc/grpc-js";

import { SimulationService } from "../../../shared/wire/protocol.ts";
import { silenceInterceptor } from "../../../shared/wire/silentPeers.ts";

/** Calls a server with little patience; returns the error, and a promise that patience has ended. */
function call(port: number, isConnected: boolean) {
  const looked = Promise.withResolvers<void>();
  const patient = silenceInterceptor(
    () => {
      looked.resolve();
      return client.getChannel().getConnectivityState(false);
    },
    "it has said nothing",
    0.2,
  );
  const options = { interceptors: [patient], "grpc.enable_http_proxy": 0 };
  const channel = ChannelCredentials.createInsecure();
  const client = new SimulationService(`127.0.0.1:${port}`, channel, options);
  const ended = Promise.withResolvers<ServiceError | null>();
  const begin = () => {
    client.listRuns({}, (error) => {
      client.close();
      ended.resolve(error);
    });
  };
  if (isConnected) client.waitForReady(Infinity, begin);
  else begin();
  return { error: ended.promise, patienceEnded: looked.promise };
}

describe("a call", () => {
  it("ends, with a reason, where a server takes the connection and says nothing", async () => {
    const sockets: Socket[] = [];
    const server = createServer((socket) => sockets.push(socket.on("error", () => undefined)));
    const { promise: listening, resolve } = Promise.withResolvers<void>();
    server.listen(0, "127.0.0.1", resolve);
    await listening;
    try {
      const error = await call((server.address() as AddressInfo).port, false).error;
      assert.equal(error?.code, Code.UNAVAILABLE);
      assert.equal(error.details, "it has said nothing for 0.2 s");
    } finally {
      for (const socket of sockets) socket.destroy();
      server.close();
    }
  });

  it("waits for an answer that takes its time once there is a connection", async () => {
    const server = new Server();
    const { promise: patienceEnded, resolve: answer } = Promise.withResolvers<void>();
    server.addService(SimulationService.service, {
      ListRuns: (_call: unknown, done: (error: null, answer: object) => void) => {
        void patienceEnded.then(() => {
          done(null, { runs: [] });
        });
      },
    });
    const { promise: listening, resolve, reject } = Promise.withResolvers<number>();
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
      if (error === null) resolve(port);
      else reject(error);
    });
    try {
      const called = call(await listening, true);
      await called.patienceEnded;
      answer();
      assert.equal(await called.error, null);
    } finally {
      server.forceShutdown();
    }
  });
});
