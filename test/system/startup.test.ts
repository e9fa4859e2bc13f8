import assert from "node:assert/strict";
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { VERSION } from "../../shared/wire/version.ts";
import { Cluster } from "./support/cluster.ts";
import { ROOT, startCommand } from "./support/command.ts";
import { runHere } from "./support/inProcess.ts";
import { Started, type Ended } from "./support/processes.ts";
import { RawWorker } from "./support/rawWorker.ts";

describe("a coordinator that cannot or must not listen", () => {
  it("says in one sentence that its port is taken", async () => {
    const server = createServer();
    const { promise: listening, resolve } = Promise.withResolvers<void>();
    server.listen(0, "127.0.0.1", resolve);
    await listening;
    const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      assertOneSentence(await runHere(["serve", "--listen", address]), [address, "taken"]);
    } finally {
      server.close();
    }
  });

  it("does not listen beyond this machine, unless --insecure is spelled out", async () => {
    const ended = await runHere(["serve", "--listen", "0.0.0.0:0"]);
    assert.equal(ended.code, 2);
    assert.match(ended.stderr, /^lyapunov: --listen: .*0\.0\.0\.0:0.*--insecure\n$/);
    await using open = startCommand(["serve", "--listen", "0.0.0.0:0", "--insecure", "--json"]);
    await open.said(/"address": "0\.0\.0\.0:[1-9]\d*"/, "stdout");
  });
});

describe("a coordinator that is not there", () => {
  for (const line of [
    "run --width 4",
    "sweep examples/headline.yaml",
    "runs list",
    "runs show runs/a",
  ]) {
    it(`makes 'lyapunov ${line}' fail in one sentence`, async () => {
      const ended = await runHere([...line.split(" "), "--coordinator", "127.0.0.1:1"]);
      assertOneSentence(ended, ["127.0.0.1:1", "is it running", "--coordinator"]);
    });
  }

  it("is waited for by a worker, which joins when it is there", async () => {
    await using first = await Cluster.start(0, 1);
    const { address } = first;
    await first.coordinator[Symbol.asyncDispose]();
    await using worker = startCommand(["work", "--coordinator", address, "--threads", "1"]);
    await worker.said(/connection lost.*trying again/);
    await using coordinator = startCommand(["serve", "--listen", address]);
    await coordinator.said(/worker joined/);
    await worker.said(/joined the coordinator/);
  });
});

describe("a worker of another version", () => {
  let cluster: Cluster;
  before(async () => {
    cluster = await Cluster.start(0, 1);
  });
  after(() => cluster[Symbol.asyncDispose]());

  it("is told so by the coordinator, says it and ends", async () => {
    const folder = await mkdtemp(join(tmpdir(), "lyapunov-version-"));
    try {
      await installAs(folder, "0.0.9");
      const args = [join(folder, "dist/client/main.js"), "work", "--coordinator", cluster.address];
      await using worker = new Started(process.execPath, [...args, "--log-level", "silent"]);
      const ended = await worker.ended;
      assertOneSentence(ended, ["0.0.9", "install the same version"]);
      await cluster.coordinator.said(/worker refused/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("is refused whatever it says its name is", async () => {
    using worker = new RawWorker(cluster.address);
    worker.join("a-worker", 1, "");
    const { reason, quarantined } = await worker.next("dismissal");
    assert.match(reason, /version unknown/);
    assert.equal(quarantined, false);
  });
});

describe("a worker on a machine that cannot have a backend", () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "lyapunov-backends-"));
    await installAs(folder, VERSION);
    // As on a machine without WebAssembly SIMD: the kernel does not load.
    await rm(join(folder, "dist/worker/backends/simd/kernel.wasm"));
  });

  after(async () => {
    await rm(folder, { recursive: true });
  });

  function startWorker(address: string): Started {
    const args = [join(folder, "dist/client/main.js"), "work", "--coordinator", address];
    return new Started(process.execPath, [...args, "--threads", "1"]);
  }

  it("does without it, says why, and is asked only for the others", async () => {
    await using cluster = await Cluster.start(0, 1);
    const worker = await cluster.join(startWorker(cluster.address));
    assert.match(worker.stderr, /the backend simd is left out: .*kernel\.wasm/);
    const shape = ["--width", "2", "--replicas", "64"];
    const done = await cluster.run([...shape, "--backend", "reference"]);
    assert.equal(done.state, "SUCCEEDED");
    const args = ["run", ...shape, "--backend", "simd", "--coordinator", cluster.address];
    await using waiting = startCommand(args);
    await waiting.said(/it waits for a worker that has the backend simd/);
  });

  it("says in one sentence that it can have none, and ends", async () => {
    await rm(join(folder, "dist/worker/backends/reference/referenceBackend.js"));
    await using worker = startWorker("127.0.0.1:1");
    const { code, stderr } = await worker.ended;
    assert.equal(code, 1);
    assert.match(stderr, /lyapunov: no backend works on this machine: reference: .*; simd: .*\n$/);
  });
});

/** A copy of what ships, with another version. */
async function installAs(folder: string, version: string): Promise<void> {
  for (const part of ["dist", "proto"]) {
    await cp(join(ROOT, part), join(folder, part), { recursive: true });
  }
  await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"));
  const manifest = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8")) as object;
  await writeFile(join(folder, "package.json"), JSON.stringify({ ...manifest, version }));
}

function assertOneSentence({ code, stdout, stderr }: Ended, words: readonly string[]): void {
  assert.equal(code, 1, stderr);
  assert.equal(stdout, "");
  assert.match(stderr, /^lyapunov: [^\n]+\n$/);
  for (const word of words) assert.ok(stderr.includes(word), `'${word}' is missing: ${stderr}`);
}
