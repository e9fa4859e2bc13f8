import assert from "node:assert/strict";

import { status as Code } from "@grpc/grpc-js";
import * as fc from "fast-check";

import { ClientBook } from "../../../coordinator/door/clientBook.ts";
import { DEFAULT_LIMITS, LIMIT_BOUNDS } from "../../../coordinator/door/limits.ts";
import { PeerBook } from "../../../coordinator/door/peerBook.ts";

/** A refusal that names the field and the flag that would allow more. */
function refusal(field: string, flag: string) {
  return (error: {
    code?: unknown;
    message?: unknown;
    violations?: readonly { field: string }[];
  }) => {
    assert.equal(error.code, Code.RESOURCE_EXHAUSTED);
    assert.ok(String(error.message).includes(flag));
    assert.deepEqual(
      error.violations?.map((violation) => violation.field),
      field === "" ? [] : [field],
    );
    return true;
  };
}

const FIELDS = { runs: "sweep.runs", replicas: "sweep.runs[0].stopping_rule" };

function run(name: string, replicaCount: number) {
  return { name, stoppingRule: { kind: "replicas", replicaCount } } as const;
}

describe("limits", () => {
  it("have defaults within their bounds", () => {
    for (const [name, { least, default: usual, most }] of Object.entries(LIMIT_BOUNDS)) {
      assert.ok(least <= usual && usual <= most, name);
    }
  });
});

describe("what a peer has open", () => {
  it("is counted, up to the limit, for each peer by itself", () => {
    const book = new PeerBook({ ...DEFAULT_LIMITS, maximumStreamsPerPeer: 2 });
    book.openStream("a");
    book.openStream("a");
    assert.throws(
      () => {
        book.openStream("a");
      },
      refusal("", "--maximum-streams-per-peer"),
    );
    book.openStream("b");
    book.closeStream("a");
    book.openStream("a");
  });

  it("has room for leases, which a worker claims anew when it comes again", () => {
    const book = new PeerBook({ ...DEFAULT_LIMITS, maximumLeasesPerPeer: 100 });
    const [first, second] = [{}, {}];
    book.claimLeases("a", "w1", 60, first);
    const claimMore = () => {
      book.claimLeases("a", "w2", 41, first);
    };
    assert.throws(claimMore, refusal("join.devices", "--maximum-leases-per-peer"));
    book.claimLeases("b", "w2", 100, first);
    // The same worker on a new stream, before the old one is given up.
    book.claimLeases("a", "w1", 100, second);
    book.releaseLeases("a", "w1", first);
    assert.throws(claimMore);
    book.releaseLeases("a", "w1", second);
    claimMore();
  });
});

describe("what a client has asked for", () => {
  it("is bounded in runs that have not ended", () => {
    const book = new ClientBook({ ...DEFAULT_LIMITS, maximumRunsPerClient: 2 });
    const two = [run("runs/1", 10), run("runs/2", 10)];
    book.check("a", two, FIELDS);
    book.enter("a", two);
    const checkThird = () => {
      book.check("a", [run("runs/3", 10)], FIELDS);
    };
    assert.throws(checkThird, refusal("sweep.runs", "--maximum-runs-per-client"));
    // Extending one of them does not add another.
    book.check("a", [run("runs/2", 20)], FIELDS);
    book.check("b", [run("runs/3", 10)], FIELDS);
    book.leave("runs/1");
    checkThird();
  });

  it("is bounded in replicas, counting a precision's maximum", () => {
    const book = new ClientBook({ ...DEFAULT_LIMITS, maximumReplicasPerClient: 100 });
    const precision = {
      lyapunovExponent: 0.1,
      minimumReplicaCount: 2,
      maximumReplicaCount: 70,
    } as const;
    const adaptive = { name: "runs/1", stoppingRule: { kind: "precision", precision } } as const;
    book.check("a", [adaptive], FIELDS);
    book.enter("a", [adaptive]);
    assert.throws(
      () => {
        book.check("a", [run("runs/2", 31)], FIELDS);
      },
      refusal("sweep.runs[0].stopping_rule", "--maximum-replicas-per-client"),
    );
    book.check("a", [run("runs/2", 30)], FIELDS);
    book.check("a", [run("runs/1", 100)], FIELDS);
  });

  it("adds up, whatever is entered and left in whatever order", () => {
    const step = fc.record({
      client: fc.constantFrom("a", "b"),
      name: fc.integer({ min: 0, max: 5 }).map((i) => `runs/${i}`),
      replicas: fc.integer({ min: 2, max: 50 }),
      leaves: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step), fc.constantFrom("a", "b"), (steps, client) => {
        const limit = 100;
        const book = new ClientBook({ ...DEFAULT_LIMITS, maximumReplicasPerClient: limit });
        const model = new Map<string, (typeof steps)[number]>();
        for (const one of steps) {
          if (one.leaves) {
            book.leave(one.name);
            model.delete(one.name);
          } else {
            book.enter(one.client, [run(one.name, one.replicas)]);
            model.set(one.name, one);
          }
        }
        const own = [...model.values()].filter((one) => one.client === client);
        const sum = own.reduce((total, one) => total + one.replicas, 0);
        const fits = () => {
          book.check(client, [run("runs/new", 10)], FIELDS);
        };
        if (sum + 10 <= limit) fits();
        else assert.throws(fits);
      }),
      { seed: 4 },
    );
  });
});
