import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type AddressInfo, type Server } from "node:net";

import { runHere } from "./support/inProcess.ts";

/** An address that no machine has: RFC 5737 reserves its network for documentation. */
const NOT_OURS = "192.0.2.1:8080";
const SERVE = "serve --ledger memory --insecure --listen 127.0.0.1:0";

describe("an address that cannot be listened on", () => {
  let occupied: Server;
  let taken: string;

  before(async () => {
    occupied = createServer().listen(0, "127.0.0.1");
    await once(occupied, "listening");
    taken = `127.0.0.1:${(occupied.address() as AddressInfo).port}`;
  });
  after(() => {
    occupied.close();
  });

  for (const [command, flag] of [
    ["serve --ledger memory --insecure", "--listen"],
    [SERVE, "--http"],
    [`${SERVE} --open-metrics`, "--metrics"],
    ["work --coordinator 127.0.0.1:1 --threads 1 --open-metrics", "--metrics"],
  ] as const) {
    it(`ends ${command.split(" ")[0]} ${flag} with a sentence`, async () => {
      const args = [...`--log-level error ${command}`.split(" "), flag];
      for (const [address, remedy] of [
        [taken, "the port is taken; give another"],
        [NOT_OURS, "this machine has no such address; give one that it has, such as 127.0.0.1"],
      ] as const) {
        const { code, stdout, stderr } = await runHere([...args, address]);
        const sentence = `lyapunov: ${flag}: cannot listen on ${address}: ${remedy}\n`;
        assert.deepEqual([code, stdout, stderr], [1, "", sentence]);
      }
    });
  }
});
