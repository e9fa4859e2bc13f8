import assert from "node:assert/strict";
import { copyFile, writeFile } from "node:fs/promises";

import { status as Code, type ServiceError } from "@grpc/grpc-js";

import { SimulationApi } from "../../client/sdk/api.ts";
import { parsePropagation } from "../../shared/kinds/propagation/propagation.ts";
import { specificationToMessage } from "../../shared/kinds/propagation/messages.ts";
import { needing, slow } from "../support/tiers/tiers.ts";
import { Certificates } from "./support/certificates.ts";
import { startCommand } from "./support/command.ts";
import { attempt, startGuarded, tokenEntry } from "./support/guarded.ts";
import { runHere } from "./support/inProcess.ts";

const MINE = tokenEntry("mine", ["submit", "work"], "my-token");
const OTHERS = tokenEntry("others", ["submit"], "other-token");

slow("wait for files to be read again").describe(
  "a token file that changes under a coordinator",
  () => {
    let folder: Certificates;

    before(() => {
      folder = new Certificates();
    });

    after(() => {
      folder[Symbol.dispose]();
    });

    it("lets new tokens in, and stays in force as it was while it is broken", async () => {
      const tokens = folder.write("new.yaml", MINE);
      await using guarded = await startGuarded(["--tokens", tokens]);
      const asOther = () => attempt("list", guarded.address, { token: () => "other-token" });
      assert.equal(await asOther(), "UNAUTHENTICATED");
      await writeFile(tokens, MINE + OTHERS);
      await guarded.coordinator.said(/changed, and read again/);
      assert.equal(await asOther(), "in");
      await writeFile(tokens, `${MINE}- nonsense`);
      await guarded.coordinator.said(/1: the value there is not allowed.*stays in force/);
      assert.doesNotMatch(guarded.coordinator.stderr, /nonsense/);
      assert.equal(await asOther(), "in");
    });

    it("ends the calls of clients whose token it no longer has", async () => {
      const tokens = folder.write("gone.yaml", MINE + OTHERS);
      await using guarded = await startGuarded(["--tokens", tokens]);
      const api = new SimulationApi(guarded.address, { token: () => "my-token" });
      const other = new SimulationApi(guarded.address, { token: () => "other-token" });
      try {
        const { name } = await api.createRun(run(), "");
        const watches = [api, other].map((each) => each.watchRun(name)[Symbol.asyncIterator]());
        for (const watch of watches) assert.equal((await watch.next()).done, false);
        await writeFile(tokens, MINE);
        const [mine, others] = watches;
        await assert.rejects(async () => {
          for (;;) await others?.next();
        }, hasCode(Code.UNAUTHENTICATED));
        // A watcher hears of changes only.
        await api.cancelRun(name);
        assert.equal((await mine?.next())?.done, false);
        await mine?.return?.();
      } finally {
        api.close();
        other.close();
      }
    });

    it("sends a worker away whose token is gone, until it has another", async () => {
      const tokens = folder.write("worker.yaml", MINE);
      const tokenFile = folder.write("worker.token", "my-token\n");
      await using guarded = await startGuarded(["--tokens", tokens]);
      const connection = ["--coordinator", guarded.address, "--token-file", tokenFile];
      await using worker = startCommand(["work", "--threads", "1", ...connection]);
      await worker.said(/joined the coordinator/);
      await writeFile(tokens, tokenEntry("mine", ["submit", "work"], "next-token"));
      await worker.said(/connection lost: .*UNAUTHENTICATED.*trying again/);
      await guarded.coordinator.said(/worker left/);
      await writeFile(tokenFile, "next-token\n");
      await worker.said(/joined the coordinator.*joined the coordinator/s);
      const shape = ["--width", "2", "--depth", "2", "--replicas", "64"];
      const done = await runHere(["run", ...shape, ...connection, "--quiet"]);
      assert.equal(done.code, 0, done.stderr);
    });
  },
);

needing("openssl").describe("a certificate that is replaced under a coordinator", () => {
  it("is shown to all who connect after that", async () => {
    using certificates = new Certificates();
    const [old, next] = [await certificates.authority("old"), await certificates.authority("next")];
    const first = await certificates.signed("first", old);
    const second = await certificates.signed("second", next);
    const served = await certificates.signed("served", old);
    await copyFile(first.path, served.path);
    await copyFile(first.keyPath, served.keyPath);
    const tls = ["--tls-certificate", served.path, "--tls-key", served.keyPath];
    await using guarded = await startGuarded(tls);
    const list = (authority: Buffer) => attempt("list", guarded.address, { tls: { authority } });
    assert.equal(await list(old.pem), "in");
    assert.equal(await list(next.pem), "UNAVAILABLE");
    await copyFile(second.path, served.path);
    await guarded.coordinator.said(/--tls-key: .*is not the key.*stays in force/);
    assert.equal(await list(old.pem), "in");
    await copyFile(second.keyPath, served.keyPath);
    await guarded.coordinator.said(/changed, and read again/);
    assert.equal(await list(next.pem), "in");
    assert.equal(await list(old.pem), "UNAVAILABLE");
  });
});

function run() {
  return specificationToMessage(
    parsePropagation({
      network: { width: 2, depth: 2, negativeSlope: 0.1, weights: "gaussian", gain: 1 },
      stoppingRule: { replicaCount: 64 },
    }),
  );
}

function hasCode(code: Code): (error: Partial<ServiceError>) => boolean {
  return (error) => {
    assert.equal(Code[error.code ?? Code.OK], Code[code]);
    return true;
  };
}
