import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { specificationToMessage } from "../../shared/kinds/propagation/messages.ts";
import type { SweepJson } from "../../shared/wire/json.ts";
import { parseRequest } from "../../client/sdk/criticalGain.ts";
import { withCriticalGains } from "../../client/sdk/withCriticalGains.ts";
import { present } from "../support/present.ts";
import { sharedCluster, type Cluster } from "./support/cluster.ts";
import { jsonHere } from "./support/command.ts";
import { runHere } from "./support/inProcess.ts";

/** A uniform network that a calibration takes a second or two for. */
const NETWORK = { width: 8, depth: 20, negativeSlope: 0.3, weights: "uniform" };
const FLAGS = "--width 8 --depth 20 --negative-slope 0.3 --weights uniform --gain lyapunov".split(
  " ",
);
/** Two estimates differ by 5 of their standard errors once in 1.7 million choices of seeds. */
const Z_LIMIT = 5;

describe("the critical gain of a law without closed form", () => {
  let cluster: Cluster;
  let folder: string;

  before(async () => {
    cluster = await sharedCluster();
    folder = await mkdtemp(join(tmpdir(), "lyapunov-"));
  });

  after(async () => {
    await rm(folder, { recursive: true });
  });

  it("is found by a first run, and used by the second", async () => {
    const run = await cluster.run([...FLAGS, "--replicas", "20000", "--seed", "3"]);
    const { gain, namedGain, gainCalibration } = present(run.network);
    assert.equal(namedGain, "lyapunov");
    const { run: name, standardError } = present(gainCalibration);
    const first = await cluster.api.getRun(name);
    // As precisely as is stated: λ̂ to 10⁻⁴.
    assert.ok(Number(first.lyapunovExponent?.standardError) <= 1e-4);
    assert.equal(first.targetMet, true);
    const source = present(first.criticalGain);
    assert.deepEqual([gain, standardError], [source.estimate, source.standardError]);
    assert.notEqual(first.seed, run.seed);
    // At the gain that was found, λ is zero to within both errors.
    const { estimate, standardError: error } = present(run.lyapunovExponent);
    const z = Number(estimate) / Math.hypot(Number(error), standardError / gain);
    assert.ok(Math.abs(z) < Z_LIMIT, `z = ${z}`);
    // Its own estimate of the critical gain agrees, too.
    const found = present(run.criticalGain);
    const distance = Number(found.estimate) - gain;
    const zGain = distance / Math.hypot(Number(found.standardError), standardError);
    assert.ok(Math.abs(zGain) < Z_LIMIT, `z = ${zGain}`);
  });

  it("is computed once for all runs that differ in nothing else, whoever asks", async () => {
    const file = join(folder, "sweep.yaml");
    const grids = "{ gain: [lyapunov, he], replicas: [500, 1000], level: [0.9, 0.99] }";
    const defaults = "{ width: 8, depth: 20, negativeSlope: 0.3, weights: [uniform, gaussian] }";
    await writeFile(file, `name: gains\ndefaults: ${defaults}\ngrids: [${grids}]\n`);
    const args = ["sweep", file, "--coordinator", cluster.address];
    const sweeps = [await jsonHere<SweepJson>(args), await jsonHere<SweepJson>(args)];
    const runs = sweeps.flatMap((sweep) => sweep.runs);
    assert.equal(runs.length, 32);
    const calibrations = runs.map(({ network }) => network?.gainCalibration?.run);
    const calibrated = runs.filter(
      ({ network }) => network?.weights === "uniform" && network.namedGain === "lyapunov",
    );
    assert.equal(calibrated.length, 8);
    assert.equal(calibrations.filter((name) => name !== undefined).length, 8);
    assert.equal(new Set(calibrations).size, 2);
    // A closed form needs no run.
    const gaussian = runs.find(
      ({ network }) => network?.weights === "gaussian" && network.namedGain === "lyapunov",
    );
    assert.equal(gaussian?.network?.gain, gaussian?.exact?.criticalGain);
  });

  it("is found for programs as for the command, again if the first run was cancelled", async () => {
    const request = parseRequest({
      network: { ...NETWORK, width: 9, gain: "lyapunov" },
      stoppingRule: { replicaCount: 1e6 },
    });
    const names: string[] = [];
    const cancelled = withCriticalGains(cluster.api, [request], async (api, run) => {
      names.push(run.name);
      return api.cancelRun(run.name);
    });
    await assert.rejects(cancelled, /runs\/\w+, which was to find the critical gain, is CANCELLED/);
    const again = withCriticalGains(cluster.api, [request], async (api, run) => {
      names.push(run.name);
      return api.cancelRun(run.name);
    });
    await assert.rejects(again, /is CANCELLED and has none/);
    assert.equal(new Set(names).size, 2);
  });

  it("is that of the survivors for ReLU", async () => {
    const run = await cluster.run(
      "--width 12 --depth 10 --negative-slope 0 --weights uniform --gain lyapunov --replicas 2000".split(
        " ",
      ),
    );
    const survivors = present(run.survivors?.lyapunovExponent);
    const { gain, gainCalibration } = present(run.network);
    const error = Math.hypot(
      Number(survivors.standardError),
      present(gainCalibration).standardError / gain,
    );
    assert.ok(Math.abs(Number(survivors.estimate)) < Z_LIMIT * error, String(survivors.estimate));
  });

  it("is refused by name where nobody has found it, with what to do", async () => {
    const request = parseRequest({
      network: { ...NETWORK, gain: "lyapunov" },
      stoppingRule: { replicaCount: 100 },
    });
    await assert.rejects(
      cluster.api.createRun(specificationToMessage(request), ""),
      /run\.network\.named_gain: .* with network\.gain_calibration/,
    );
  });

  it("is refused before anything is started where no first run can find it", async () => {
    const { code, stderr } = await runHere([
      "--quiet",
      ..."run --width 1 --depth 100 --negative-slope 0 --weights uniform --gain lyapunov".split(
        " ",
      ),
    ]);
    assert.equal(code, 2, stderr);
    assert.match(stderr, /--gain: 'lyapunov' needs a first run/);
  });
});
