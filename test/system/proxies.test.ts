import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";

import { needing } from "../support/tiers/tiers.ts";
import { Certificates, type Certificate } from "./support/certificates.ts";
import { ROOT, runCommand, startCommand } from "./support/command.ts";
import { startGuarded, tokenEntry } from "./support/guarded.ts";
import { StandInProxy } from "./support/standInProxy.ts";

const TOKEN = "a-token-that-no-proxy-may-read";
const RUN = "run --quiet --width 4 --depth 4 --replicas 1024 --json".split(" ");
/** A coordinator beyond this machine, as far as callers can tell; its name has no address. */
const BEYOND = "cluster.example:7400";

/** An environment in which every variable names the proxy. */
function everywhere({ url }: StandInProxy): Record<string, string> {
  const names = ["grpc_proxy", "https_proxy", "http_proxy"];
  return Object.fromEntries(
    names.flatMap((name) => [
      [name, url],
      [name.toUpperCase(), url],
    ]),
  );
}

describe("a proxy in the environment", () => {
  it("is not told of the cluster inside a command", async () => {
    await using proxy = await StandInProxy.to(undefined);
    const { code, stderr } = await runCommand(RUN, { env: everywhere(proxy) });
    assert.equal(code, 0, stderr);
    assert.equal(proxy.connections, 0);
  });

  it("is not told of clients and workers on loopback, nor of their tokens", async () => {
    await using proxy = await StandInProxy.to(undefined);
    using files = new Certificates();
    const tokens = files.write("tokens.yaml", tokenEntry("all", ["submit", "work"], TOKEN));
    await using guarded = await startGuarded(["--tokens", tokens]);
    const env = { ...everywhere(proxy), LYAPUNOV_TOKEN: TOKEN };
    const there = ["--coordinator", guarded.address];
    await using worker = startCommand(["work", "--threads", "1", ...there], { env });
    const { code, stderr } = await runCommand([...RUN, ...there], { env });
    assert.equal(code, 0, stderr);
    assert.match(worker.stderr, /joined the coordinator/);
    assert.equal(proxy.connections, 0);
  });

  it("carries nothing in the clear: such a channel is direct", async () => {
    await using proxy = await StandInProxy.to("127.0.0.1:1");
    const env = { ...everywhere(proxy), LYAPUNOV_TOKEN: TOKEN };
    const there = ["--coordinator", BEYOND, "--insecure"];
    await using worker = startCommand(["work", "--threads", "1", ...there], { env });
    await worker.said(/connection lost: .*cluster\.example/);
    const { code, stderr } = await runCommand(["runs", "list", ...there], { env });
    assert.equal(code, 1);
    assert.match(stderr, /^lyapunov: the coordinator cannot be reached \(.*cluster\.example.*\n$/);
    assert.equal(proxy.connections, 0);
  });

  it("is named, with a reason, where it refuses or is away", async () => {
    const proxy = await StandInProxy.to(undefined);
    const list = ["runs", "list", "--coordinator", BEYOND, "--tls"];
    const env = { HTTPS_PROXY: proxy.url };
    const sentence =
      `lyapunov: the coordinator cannot be reached (the proxy ${proxy.url.slice(7)} (HTTPS_PROXY) ` +
      `makes no connection to ${BEYOND}); is it running, and does it let this connection through? ` +
      `no_proxy lists hosts to be called without it\n`;
    const refused = await runCommand(list, { env });
    assert.deepEqual([refused.code, refused.stderr], [1, sentence]);
    assert.ok(proxy.asked.includes(BEYOND));
    await proxy[Symbol.asyncDispose]();
    const away = await runCommand(list, { env });
    assert.deepEqual([away.code, away.stderr], [1, sentence]);
    const nameless = await runCommand(list, { env: { HTTPS_PROXY: "http://proxy.invalid:3128" } });
    assert.match(
      nameless.stderr,
      /the proxy proxy\.invalid:3128 \(HTTPS_PROXY\) has a name without an address\); is it running/,
    );
  });

  needing("openssl").describe("over TLS", () => {
    let files: Certificates;
    let authority: Certificate;
    let flags: readonly string[];
    before(async () => {
      files = new Certificates();
      authority = await files.authority("authority");
      const server = await files.signed("server", authority);
      const tokens = files.write("tokens.yaml", tokenEntry("all", ["submit", "work"], TOKEN));
      const pair = ["--tls-certificate", server.path, "--tls-key", server.keyPath];
      flags = [...pair, "--tokens", tokens];
    });
    after(() => {
      files[Symbol.dispose]();
    });

    for (const variable of ["https_proxy", "HTTPS_PROXY", "http_proxy", "GRPC_PROXY"]) {
      it(`is used as ${variable} names it, and reads nothing`, async () => {
        await using guarded = await startGuarded(flags);
        await using proxy = await StandInProxy.to(guarded.address);
        const env = { [variable]: proxy.url, LYAPUNOV_TOKEN: TOKEN };
        const there = ["--coordinator", BEYOND, "--tls-authority", authority.path];
        await using worker = startCommand(["work", "--threads", "1", ...there], { env });
        const { code, stderr } = await runCommand([...RUN, ...there], { env });
        assert.equal(code, 0, stderr + worker.stderr);
        assert.deepEqual([...new Set(proxy.asked)], [BEYOND]);
        assert.ok(proxy.seen.length > 1000 && !proxy.seen.includes(TOKEN));
      });
    }

    it("is passed by where no_proxy lists the host, and within this machine", async () => {
      await using guarded = await startGuarded(flags);
      await using proxy = await StandInProxy.to(guarded.address);
      const list = ["runs", "list", "--tls-authority", authority.path, "--coordinator"];
      const env = { ...everywhere(proxy), LYAPUNOV_TOKEN: TOKEN };
      const beyond = await runCommand([...list, BEYOND], { env: { ...env, NO_PROXY: ".example" } });
      assert.match(beyond.stderr, /cannot be reached \(.*cluster\.example/);
      const here = await runCommand([...list, guarded.address], { env });
      assert.equal(here.code, 0, here.stderr);
      assert.equal(proxy.connections, 0);
    });
  });
});

describe("channels to coordinators", () => {
  it("are made in one place, which decides about proxies", () => {
    const sources = globSync("{shared,coordinator,worker,client}/**/*.ts", { cwd: ROOT });
    const making =
      /(?<!Server)Credentials\.create|makeClientConstructor|new (?:Simulation|Fleet)Service\(/;
    const makers = sources.filter(
      (file) =>
        !file.includes("/generated/") && making.test(readFileSync(`${ROOT}${file}`, "utf8")),
    );
    assert.deepEqual(makers, ["shared/wire/coordinatorClient.ts"]);
  });
});
