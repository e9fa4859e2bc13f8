import assert from "node:assert/strict";
import { get as getOverTls } from "node:https";
import { text } from "node:stream/consumers";

import { SimulationApi } from "../../client/sdk/api.ts";
import { parsePropagation } from "../../shared/kinds/propagation/propagation.ts";
import { runToJson, sweepToJson, type RunJson } from "../../shared/wire/json.ts";
import { hasEnded, stateOf } from "../../shared/wire/runStates.ts";
import { specificationToMessage } from "../../shared/kinds/propagation/messages.ts";
import { needing } from "../support/tiers/tiers.ts";
import { Certificates } from "./support/certificates.ts";
import { startCommand } from "./support/command.ts";
import { firstEvent } from "./support/firstEvent.ts";
import { tokenEntry } from "./support/guarded.ts";
import { answerToHosts, statusByName } from "./support/hostHeader.ts";
import { startPaged, type PagedCoordinator } from "./support/pages.ts";
import type { Started } from "./support/processes.ts";

const TOKENS = {
  read: "the-token-to-read",
  submit: "the-token-to-submit",
  work: "the-one-to-work",
};

function runMessage(width: number, seed = 1, replicaCount = 4096) {
  const network = { width, depth: 32, negativeSlope: 0.1, weights: "gaussian", gain: 1.2 } as const;
  const stoppingRule = { replicaCount };
  return specificationToMessage(parsePropagation({ network, stoppingRule, seed }));
}

describe("the page over HTTP", () => {
  let served: PagedCoordinator;
  let worker: Started;
  let api: SimulationApi;
  let run: RunJson;
  let sweep: string;

  before(async () => {
    served = await startPaged(["--ledger", "memory"]);
    worker = startCommand(["work", "--coordinator", served.address, "--threads", "1"]);
    api = new SimulationApi(served.address);
    const { name } = await api.createRun(runMessage(8, 1, 2 ** 19), "");
    const created = await api.createSweep(
      { displayName: "a sweep", runs: [runMessage(4), runMessage(16)] },
      "",
    );
    sweep = created.name;
    for await (const seen of api.watchRun(name)) if (hasEnded(stateOf(seen))) run = runToJson(seen);
    for await (const seen of api.watchSweep(sweep)) if (hasEnded(stateOf(seen))) break;
  });

  after(async () => {
    api.close();
    await worker[Symbol.asyncDispose]();
    await served[Symbol.asyncDispose]();
  });

  const json = async (path: string): Promise<unknown> => (await fetch(served.page + path)).json();

  it("answers as gRPC does", async () => {
    assert.deepEqual(await json(`/api/${run.name}`), run);
    assert.deepEqual(await json(`/api/${sweep}`), sweepToJson(await api.getSweep(sweep)));
    const runs = await api.listRuns(2, "");
    const page = { runs: runs.runs.map(runToJson), nextPageToken: runs.nextPageToken };
    assert.notEqual(page.nextPageToken, "");
    assert.deepEqual(await json("/api/runs?pageSize=2"), page);
    const next = await api.listRuns(2, runs.nextPageToken);
    const query = `pageSize=2&pageToken=${encodeURIComponent(runs.nextPageToken)}`;
    assert.deepEqual(await json(`/api/runs?${query}`), {
      runs: next.runs.map(runToJson),
      nextPageToken: next.nextPageToken,
    });
    const { runs: _runs, ...heading } = sweepToJson(await api.getSweep(sweep));
    const sweeps = { sweeps: [{ ...heading, runs: [] }], nextPageToken: "" };
    assert.deepEqual(await json("/api/sweeps"), sweeps);
  });

  it("knows the fleet, and what a run's charts draw", async () => {
    const fleet = (await json("/api/fleet")) as { workers: { state: string }[]; slotCount: number };
    assert.deepEqual(
      [fleet.workers.map(({ state }) => state), fleet.slotCount],
      [["CONNECTED"], 1],
    );
    const charts = (await json(`/api/${run.name}/charts`)) as {
      history: { replicaCount: number }[];
      depths: { depth: number; estimate: number }[];
      fluctuations: { bins: { count: number }[] };
    };
    assert.deepEqual(
      charts.depths.map(({ depth }) => depth),
      run.checkpoints.map(({ depth }) => depth),
    );
    assert.equal(charts.depths.at(-1)?.estimate, run.lyapunovExponent?.estimate);
    const replicas = charts.fluctuations.bins.reduce((sum, bin) => sum + bin.count, 0);
    assert.equal(replicas, Number(run.replicaCount));
    assert.ok(charts.history.length > 0);
  });

  it("has every module that its modules import, under the address that a browser makes of it", async () => {
    const found = new Set(["/main.js"]);
    for (const path of found) {
      const answer = await fetch(served.page + path);
      assert.equal(answer.status, 200, path);
      assert.match(answer.headers.get("content-type") ?? "", /^text\/javascript/, path);
      for (const [, module = ""] of (await answer.text()).matchAll(/from "(\.[^"]+)"/g)) {
        found.add(new URL(module, served.page + path).pathname);
      }
    }
    assert.ok(found.has("/shared/text/numbers.js"));
  });

  it("sends files with their types, once, and a strict policy with everything", async () => {
    const types = { "/": "text/html", "/main.js": "text/javascript", "/style.css": "text/css" };
    for (const [path, type] of Object.entries(types)) {
      const response = await fetch(served.page + path);
      assert.equal(response.headers.get("content-type"), `${type}; charset=utf-8`);
      const headers = { "if-none-match": response.headers.get("etag") ?? "" };
      const again = await fetch(served.page + path, { headers });
      assert.deepEqual([again.status, await again.text()], [304, ""]);
      const head = await fetch(served.page + path, { method: "HEAD" });
      const length = String((await response.bytes()).length);
      assert.deepEqual([head.status, head.headers.get("content-length")], [200, length]);
    }
    for (const path of ["/", "/main.js", "/api/runs", "/nowhere", "/api/nowhere"]) {
      const policy = (await fetch(served.page + path)).headers.get("content-security-policy") ?? "";
      assert.match(policy, /^default-src 'none'; script-src 'self'; style-src 'self'; connect-src/);
      assert.doesNotMatch(policy, /unsafe|\*|http/);
    }
  });

  it("is one document at each of its addresses, and asks for nothing from elsewhere", async () => {
    const document = await (await fetch(served.page)).text();
    for (const path of ["/fleet", `/${run.name}`, `/${sweep}`]) {
      assert.equal(await (await fetch(served.page + path)).text(), document);
    }
    assert.doesNotMatch(document, /https?:|\/\/|<style|<script>|onclick|style=/);
  });

  const refused: readonly (readonly [string, number, string])[] = [
    ["/nowhere", 404, "NOT_FOUND"],
    ["/../package.json", 404, "NOT_FOUND"],
    ["/main.ts", 404, "NOT_FOUND"],
    ["/api/nowhere", 404, "NOT_FOUND"],
    ["/api/runs/0123/4567", 404, "NOT_FOUND"],
    ["/api/runs/0123", 404, "NOT_FOUND"],
    ["/api/runs/UPPER", 400, "INVALID_ARGUMENT"],
    ["/api/runs?pageSize=0.5", 400, "INVALID_ARGUMENT"],
    ["/api/runs?pageSize=1001", 400, "INVALID_ARGUMENT"],
    ["/api/runs?pageToken=nothing", 400, "INVALID_ARGUMENT"],
    ["/api/fleet?pageToken=-1", 400, "INVALID_ARGUMENT"],
    ["/api/events?view=elsewhere", 400, "INVALID_ARGUMENT"],
    ["/api/events?view=sweeps/0123", 404, "NOT_FOUND"],
  ];
  for (const [path, code, status] of refused) {
    it(`refuses ${path} in a sentence`, async () => {
      const response = await fetch(served.page + path);
      const { error } = (await response.json()) as { error: Record<string, unknown> };
      assert.deepEqual([response.status, error["code"], error["status"]], [code, code, status]);
      assert.match(String(error["message"]), /^\S+ .+$/);
    });
  }

  it("refuses in the words of the address", async () => {
    for (const [path, message] of [
      ["/api/runs?pageSize=0.5", "pageSize: '0.5' is not allowed; give 1 to 1000"],
      ["/api/runs?pageSize=1001", "pageSize: 1001 is not allowed; give 1 to 1000"],
      ["/api/runs?pageToken=nothing", /^pageToken: /],
      ["/api/fleet?pageToken=-1", "pageToken: '-1' is not allowed for the fleet; leave it out"],
      [
        "/api/events?view=elsewhere",
        "view: 'elsewhere' is not allowed; give overview, fleet, runs/{id} or sweeps/{id}",
      ],
      ["/api/events?view=runs/UPPER", "view: 'runs/UPPER' is not allowed; give runs/{id}"],
    ] as const) {
      const response = await fetch(served.page + path);
      const { error } = (await response.json()) as { error: { message: string } };
      if (typeof message === "string") assert.equal(error.message, message);
      else assert.match(error.message, message);
    }
  });

  it("changes nothing, and knows only names of this machine", async () => {
    const posted = await fetch(`${served.page}/api/runs`, { method: "POST", body: "{}" });
    assert.deepEqual([posted.status, posted.headers.get("allow")], [405, "GET, HEAD"]);
    const url = `${served.page}/api/runs`;
    assert.equal(await statusByName(url, "localhost"), 200);
    assert.equal(await statusByName(url, "elsewhere"), 421);
    assert.equal(await statusByName(url, "elsewhere.example"), 421);
  });

  it("answers only to exactly one Host header", async () => {
    for (const path of ["/", "/api/runs"]) {
      assert.match(await answerToHosts(served.page, path, ["127.0.0.1"]), /^HTTP\/1.1 200 /);
      for (const [hosts, said] of [
        [[], "there is no Host header; send one"],
        [["127.0.0.1", "127.0.0.1"], "there are 2 Host headers; send one"],
        [["127.0.0.1", "elsewhere.example"], "there are 2 Host headers; send one"],
      ] as const) {
        const answer = await answerToHosts(served.page, path, hosts);
        assert.match(answer, /^HTTP\/1.1 400 /);
        assert.ok(answer.includes(`"reason":"HOST","message":"${said}"`), answer);
      }
    }
  });

  it("knows names of the network beyond loopback, and no others", async () => {
    const open = ["--ledger", "memory", "--http", "0.0.0.0:0", "--insecure"];
    await using insecure = await startPaged(open);
    const url = `${insecure.page}/api/runs`;
    assert.equal(await statusByName(url, "coordinator"), 200);
    assert.equal(await statusByName(url, "elsewhere.example"), 421);
  });

  it("goes on where a client was, and repeats nothing that it has", async () => {
    const url = `${served.page}/api/events?view=${run.name}`;
    const whole = await firstEvent(url);
    const id = /^id: (.+)$/m.exec(whole)?.[1] ?? "";
    const event = JSON.parse(/^data: (.+)$/m.exec(whole)?.[1] ?? "") as { changed: unknown[] };
    assert.deepEqual(event.changed, [run]);
    // Only a sign of life comes.
    assert.match(
      await firstEvent(url, { "last-event-id": id }),
      /^retry: 1000\n\n: still here\n\n$/,
    );
  });
});

describe("the page behind a door", () => {
  let certificates: Certificates;
  let tokens: string;

  before(() => {
    certificates = new Certificates();
    const entries = (["read", "submit", "work"] as const).map((role) =>
      tokenEntry(role, [role], TOKENS[role]),
    );
    tokens = certificates.write("tokens.yaml", entries.join(""));
  });

  after(() => {
    certificates[Symbol.dispose]();
  });

  it("shows itself to everybody, and what it shows to those who may read", async () => {
    await using served = await startPaged(["--ledger", "memory", "--tokens", tokens]);
    const statusOf = async (path: string, authorization?: string) => {
      const headers = authorization === undefined ? {} : { authorization };
      const response = await fetch(served.page + path, { headers });
      await response.body?.cancel();
      return response.status;
    };
    for (const path of ["/", "/fleet", "/main.js"]) assert.equal(await statusOf(path), 200);
    for (const path of ["/api/runs", "/api/sweeps", "/api/fleet", "/api/events"]) {
      assert.equal(await statusOf(path), 401, path);
      assert.equal(await statusOf(path, "Bearer another"), 401, path);
      assert.equal(await statusOf(path, `Basic ${TOKENS.read}`), 401, path);
      assert.equal(await statusOf(path, `Bearer ${TOKENS.work}`), 403, path);
      assert.equal(await statusOf(path, `Bearer ${TOKENS.read}`), 200, path);
      assert.equal(await statusOf(path, `Bearer ${TOKENS.submit}`), 200, path);
    }
    assert.equal(await statusByName(`${served.page}/api/runs`, "elsewhere.example"), 401);
  });

  it("shows out whose token is taken back", async () => {
    const file = certificates.write("revoked.yaml", tokenEntry("reader", ["read"], TOKENS.read));
    await using served = await startPaged(["--ledger", "memory", "--tokens", file]);
    const headers = { authorization: `Bearer ${TOKENS.read}` };
    const response = await fetch(`${served.page}/api/events`, { headers });
    assert.equal(response.status, 200);
    certificates.write("revoked.yaml", "[]\n");
    await assert.rejects(response.text());
    assert.equal((await fetch(`${served.page}/api/events`, { headers })).status, 401);
  });

  const overTls = needing("openssl");
  overTls.it("has the certificate of gRPC, and asks for the client's where gRPC does", async () => {
    const authority = await certificates.authority("authority");
    const server = await certificates.signed("server", authority);
    const client = await certificates.signed("client", authority);
    const tls = ["--tls-certificate", server.path, "--tls-key", server.keyPath];
    const mutual = [...tls, "--tls-client-authority", authority.path];
    const answer = async (page: string, options: object): Promise<string> => {
      const { promise, resolve, reject } = Promise.withResolvers<string>();
      getOverTls(`${page}/api/runs`, { ca: authority.pem, ...options }, (response) => {
        text(response).then(resolve, reject);
      }).on("error", reject);
      return promise;
    };
    const { certificate: cert, key } = client.identity;
    const nothing = `{"runs":[],"nextPageToken":""}`;
    await using one = await startPaged(["--ledger", "memory", ...tls]);
    assert.match(one.page, /^https:/);
    assert.equal(await answer(one.page, {}), nothing);
    // Such as a proxy's name: a browser would refuse the certificate for it.
    const renamed = { headers: { host: "proxy.example" }, checkServerIdentity: () => undefined };
    assert.equal(await answer(one.page, renamed), nothing);
    await using both = await startPaged(["--ledger", "memory", ...mutual]);
    assert.equal(await answer(both.page, { cert, key }), nothing);
    await assert.rejects(answer(both.page, {}));
  });
});
