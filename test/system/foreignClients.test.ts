import assert from "node:assert/strict";

import { needing } from "../support/tiers/tiers.ts";
import { Cluster, type RunJson } from "./support/cluster.ts";
import { jsonHere, ROOT } from "./support/command.ts";
import type { Ended } from "./support/processes.ts";
import { PYTHON_PACKAGES, PythonMessages } from "./support/python.ts";
import { runTool } from "./support/tools.ts";

/** What python_client.py prints. */
interface PythonReport {
  readonly name: string;
  readonly states: readonly string[];
  /** Completed shards, each time that the run was seen. */
  readonly completed: readonly number[];
  readonly refusal: unknown;
}

/** A run as buf prints it. */
interface BufRun {
  readonly run: { readonly name: string; readonly network: unknown };
}

/** Clients that share no line of code with this project, only proto/ and the wire. */
describe("clients in other languages", () => {
  let cluster: Cluster;

  before(async () => {
    cluster = await Cluster.start(1, 1);
  });

  after(async () => {
    await cluster[Symbol.asyncDispose]();
  });

  needing(...PYTHON_PACKAGES).describe("Python with grpcio and the proto files", () => {
    let messages: PythonMessages;

    before(async () => {
      messages = await PythonMessages.compile();
    });

    after(async () => {
      await messages[Symbol.asyncDispose]();
    });

    it("submits a run, watches it, reads the result and understands a refusal", async () => {
      const script = new URL("support/python_client.py", import.meta.url).pathname;
      const ended = await messages.run(script, cluster.address);
      const { states, completed, refusal, name, ...seen } = JSON.parse(
        ended.stdout,
      ) as PythonReport;

      assert.equal(states.at(-1), "RUN_STATE_SUCCEEDED");
      assert.ok(states.slice(0, -1).every((state) => /_(QUEUED|RUNNING)$/.test(state)));
      assert.ok(completed.length >= 2, "the run was seen while it ran");
      assert.deepEqual(
        completed,
        completed.toSorted((a, b) => a - b),
      );

      const shown = await jsonHere<RunJson>([
        "runs",
        "show",
        name,
        "--coordinator",
        cluster.address,
      ]);
      assert.deepEqual(seen, {
        seed: "18446744073709551615",
        lyapunovExponent: shown.lyapunovExponent?.estimate,
        standardError: shown.lyapunovExponent?.standardError,
        variance: shown.variance?.estimate,
        exact: shown.exact?.lyapunovExponent,
      });
      assert.ok(Math.abs(Number(shown.lyapunovExponent?.z)) < 4);

      assert.deepEqual(refusal, {
        code: "INVALID_ARGUMENT",
        statusCode: 3,
        sameMessage: true,
        reason: "INVALID_FIELD",
        domain: "lyapunov-cluster",
        violations: [
          ["run.network.width", "0 is not allowed; give an integer from 1 to 1,000,000"],
        ],
      });
    });
  });

  describe("buf curl, by reflection", () => {
    it("lists the services and their methods", async () => {
      assert.deepEqual(lines(await curl(["--list-services"], "")), [
        "grpc.health.v1.Health",
        "lyapunov.v1.FleetService",
        "lyapunov.v1.SimulationService",
      ]);
      const methods = lines(await curl(["--list-methods"], ""));
      for (const method of ["CreateRun", "WatchSweep"]) {
        assert.ok(methods.includes(`lyapunov.v1.SimulationService/${method}`), methods.join());
      }
      assert.ok(methods.includes("lyapunov.v1.FleetService/Work"));
    });

    it("creates a run and reads it, by the names of the proto files and by those of JSON", async () => {
      const created = await call("CreateRun", {
        run: {
          network: {
            width: 3,
            depth: 10,
            negative_slope: 0.5,
            weights: "WEIGHT_LAW_GAUSSIAN",
            namedGain: "NAMED_GAIN_XAVIER",
          },
          stopping_rule: { replicaCount: "100" },
        },
      });
      const read = await call("GetRun", { name: created.run.name });
      assert.deepEqual(read.run.network, {
        width: 3,
        depth: 10,
        negativeSlope: 0.5,
        weights: "WEIGHT_LAW_GAUSSIAN",
        gain: 1,
        namedGain: "NAMED_GAIN_XAVIER",
      });
    });

    it("is told what is wrong", async () => {
      const { code, stderr } = await curl(
        ["--data", '{"name": "runs/unknown"}'],
        "/lyapunov.v1.SimulationService/GetRun",
      );
      assert.notEqual(code, 0);
      assert.match(stderr, /"code": "not_found"/);
      assert.match(stderr, /runs\/unknown/);
    });

    it("hears that the coordinator and its services are healthy", async () => {
      for (const service of ["", "lyapunov.v1.SimulationService", "lyapunov.v1.FleetService"]) {
        const { stdout, stderr } = await curl(
          ["--data", JSON.stringify({ service })],
          "/grpc.health.v1.Health/Check",
        );
        assert.deepEqual(JSON.parse(stdout || stderr), { status: "SERVING" });
      }
    });
  });

  async function call(method: string, request: unknown): Promise<BufRun> {
    const path = `/lyapunov.v1.SimulationService/${method}`;
    const { code, stdout, stderr } = await curl(["--data", JSON.stringify(request)], path);
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout) as BufRun;
  }

  async function curl(args: readonly string[], path: string): Promise<Ended> {
    return runTool(
      process.execPath,
      [
        `${ROOT}node_modules/.bin/buf`,
        ..."curl --protocol grpc --http2-prior-knowledge".split(" "),
        ...args,
        `http://${cluster.address}${path}`,
      ],
      "nothing: buf comes with npm ci",
    );
  }
});

function lines({ code, stdout, stderr }: Ended): string[] {
  assert.equal(code, 0, stderr);
  return stdout.trim().split("\n");
}
