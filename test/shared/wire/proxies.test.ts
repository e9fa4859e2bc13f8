import assert from "node:assert/strict";

import { proxyOf } from "../../../shared/wire/proxies.ts";

const PROXY = "http://proxy.example:3128";

function addressOf(server: string, environment: Readonly<Record<string, string>>) {
  return proxyOf(server, environment)?.address;
}

describe("the proxy of a connection", () => {
  it("is none where the environment names none", () => {
    assert.equal(proxyOf("cluster.example:7400", { http_proxy: "", HTTPS_PROXY: " " }), undefined);
  });

  it("is named by grpc_proxy, else https_proxy, else http_proxy, in lower or upper case", () => {
    const named: Record<string, string> = {};
    for (const variable of ["http_proxy", "https_proxy", "grpc_proxy"]) {
      for (const name of [variable.toUpperCase(), variable]) {
        named[name] = `http://${name.toLowerCase().replace("_", "-")}-${named[name] ?? "a"}:1`;
        const proxy = proxyOf("cluster.example:7400", named);
        assert.equal(proxy?.variable, name);
        assert.equal(`http://${proxy.address}`, named[name]);
      }
    }
  });

  it("may have a user and a password, no port, and no scheme", () => {
    const rows: readonly (readonly [string, string, string | undefined])[] = [
      ["http://me:p%40ss@proxy.example:3128/", "proxy.example:3128", "me:p@ss"],
      ["http://me@proxy.example", "proxy.example:80", "me"],
      ["proxy.example:3128", "proxy.example:3128", undefined],
      ["http://[2001:db8::1]:3128", "[2001:db8::1]:3128", undefined],
    ];
    for (const [value, address, credentials] of rows) {
      const proxy = proxyOf("cluster.example:7400", { https_proxy: value });
      assert.deepEqual([proxy?.address, proxy?.credentials], [address, credentials], value);
    }
  });

  it("is refused where it cannot be used, without its password", () => {
    for (const value of ["socks5://me:secret@proxy.example", "https://me:secret@h", "http://:x"]) {
      assert.throws(
        () => proxyOf("cluster.example:7400", { HTTPS_PROXY: value }),
        ({ message }: Error) => {
          assert.match(message, /^HTTPS_PROXY: its value cannot be used \(.+\); give http:\/\//);
          return !message.includes("secret");
        },
        value,
      );
    }
  });

  it("is none within this machine", () => {
    const own = "localhost LOCALHOST localhost. a.localhost 127.0.0.1 127.9.8.7 0.0.0.0";
    for (const host of [...own.split(" "), "[::1]", "[::]", "[::ffff:127.0.0.1]"]) {
      assert.equal(addressOf(`${host}:7400`, { http_proxy: PROXY }), undefined, host);
    }
    for (const host of ["127.0.0.1.example", "localhost.example", "10.0.0.1", "[2001:db8::1]"]) {
      assert.equal(addressOf(`${host}:7400`, { http_proxy: PROXY }), "proxy.example:3128", host);
    }
  });

  const rows: readonly (readonly [entry: string, covered: string, others: string])[] = [
    ["*", "cluster.example 10.1.2.3 [2001:db8::1]", ""],
    ["cluster.example", "cluster.example CLUSTER.example. a.cluster.example", "mycluster.example"],
    [".example", "cluster.example a.b.example", "cluster.example.org"],
    ["*.example", "cluster.example", "cluster.org"],
    ["a, cluster.example ,,b", "cluster.example a b", "c"],
    ["cluster.example:7400", "cluster.example", ""],
    ["cluster.example:7401", "", "cluster.example"],
    ["10.1.2.3", "10.1.2.3", "110.1.2.3 10.1.2.30"],
    ["2.3", "", "10.1.2.3"],
    ["10.0.0.0/8", "10.1.2.3", "11.1.2.3 cluster.example"],
    ["[2001:db8::1]", "[2001:db8::1]", "[2001:db8::2]"],
    ["2001:db8::1", "[2001:db8::1]", "[2001:db8::2]"],
    ["2001:db8::/32", "[2001:db8::1]", "[2001:db9::1]"],
    ["10.0.0.0/99, /8, .", "", "10.1.2.3 cluster.example"],
  ];
  for (const [entry, covered, others] of rows) {
    it(`is none for hosts that no_proxy lists as '${entry}'`, () => {
      for (const variable of ["no_proxy", "NO_PROXY", "no_grpc_proxy", "NO_GRPC_PROXY"]) {
        const environment = { https_proxy: PROXY, [variable]: entry };
        for (const host of covered.split(" ").filter(Boolean)) {
          assert.equal(addressOf(`${host}:7400`, environment), undefined, `${variable}: ${host}`);
        }
        for (const host of others.split(" ").filter(Boolean)) {
          assert.equal(addressOf(`${host}:7400`, environment), "proxy.example:3128", host);
        }
      }
    });
  }

  it("heeds no_grpc_proxy before no_proxy", () => {
    const environment = { https_proxy: PROXY, no_grpc_proxy: "a.example", no_proxy: "b.example" };
    assert.equal(addressOf("a.example:1", environment), undefined);
    assert.equal(addressOf("b.example:1", environment), "proxy.example:3128");
  });
});
