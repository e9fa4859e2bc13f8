import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";

import { SimulationApi } from "../../client/sdk/api.ts";
import { freePort } from "../support/ports.ts";
import type { RunJson } from "../system/support/cluster.ts";
import { jsonHere } from "../system/support/command.ts";
import { answerOf } from "../system/support/estimates.ts";
import { BUILD_MILLISECONDS, CPU_IMAGE, sharedImages } from "./support/images.ts";
import { HARDENED, inContainers, type Podman } from "./support/podman.ts";

const NETWORK = "cluster";
const PLACE = [`--network=${NETWORK}`, ...HARDENED];
/** Some seconds for two threads, in many shards, so that there is a middle. */
const RUN = "run --width 64 --depth 200 --sampling dense --replicas 4096".split(" ");
const SHARDS = 16;

inContainers.describe(
  "A cluster of containers, read-only and without capabilities",
  function all() {
    this.timeout(BUILD_MILLISECONDS);
    let podman: Podman;
    let port: number;
    before(async () => {
      podman = await sharedImages();
      port = await freePort();
      await podman.run("network", "create", NETWORK);
      await startCoordinator();
      await Promise.all(["worker-1", "worker-2"].map(startWorker));
    });
    after(async () => {
      await podman.try("rm", "--all", "--force", "--time=0");
      await podman.try("network", "rm", "--force", NETWORK);
    });

    it("is healthy, and its processes belong to a user without privileges", async () => {
      for (const name of ["coordinator", "worker-1", "worker-2"]) {
        await until(async () => (await podman.try("healthcheck", "run", name)).code === 0);
        const status = await podman.run("exec", name, "cat", "/proc/1/status");
        assert.match(status, /^Uid:\t1000\t1000\t1000\t1000$/m);
        for (const set of ["Prm", "Eff", "Bnd"]) {
          assert.match(status, new RegExp(`^Cap${set}:\t0+$`, "m"));
        }
        assert.match(status, /^NoNewPrivs:\t1$/m);
      }
    });

    it("comes to the bits of the embedded cluster, a worker killed and the coordinator replaced", async () => {
      const flags = ["--coordinator", "coordinator:7400", "--json"];
      await using client = podman.begin("run", "--rm", ...PLACE, CPU_IMAGE, ...RUN, ...flags);
      await untilRecorded(2);
      await podman.run("kill", "--signal=KILL", "worker-1");
      await untilRecorded(4);
      assert.ok((await recorded()) < SHARDS, "the run has ended too soon");
      await stop("coordinator");
      await podman.run("rm", "coordinator");
      await startCoordinator();
      const { code, stdout, stderr } = await client.ended;
      assert.equal(code, 0, stderr);
      const embedded = await jsonHere<RunJson>(RUN);
      assert.equal(embedded.shardCount, SHARDS);
      assert.equal(answerOf(JSON.parse(stdout) as RunJson), answerOf(embedded));
    });

    it("drains a worker that is told to stop", async () => {
      await stop("worker-2");
      assert.match((await podman.try("logs", "worker-2")).stderr, /draining/);
    });

    async function startCoordinator(): Promise<void> {
      const command =
        "serve --listen 0.0.0.0:7400 --insecure --metrics 0.0.0.0:9464 --open-metrics";
      const flags = ["--volume=ledger:/data", `--publish=127.0.0.1:${port}:7400`];
      await podman.run(...started("coordinator"), ...flags, CPU_IMAGE, ...command.split(" "));
    }

    async function startWorker(name: string): Promise<void> {
      const command = "work --coordinator coordinator:7400 --threads 1 --metrics 127.0.0.1:9464";
      await podman.run(...started(name), CPU_IMAGE, ...command.split(" "));
    }

    /** Stops a container by SIGTERM; fails if that did not end its process, or not well. */
    async function stop(name: string): Promise<void> {
      await podman.run("stop", "--time=60", name);
      assert.equal(await podman.run("inspect", name, "--format={{.State.ExitCode}}"), "0");
    }

    /** How many shards of the cluster's only run are in the ledger. */
    async function recorded(): Promise<number> {
      using closing = new DisposableStack();
      const api = closing.adopt(new SimulationApi(`127.0.0.1:${port}`), (each) => each.close());
      const { runs } = await api.listRuns(1, "");
      return runs[0]?.progress?.completedShardCount ?? 0;
    }

    async function untilRecorded(shards: number): Promise<void> {
      await until(async () => (await recorded()) >= shards);
    }
  },
);

/** Podman's words that start a container in the cluster's network. */
function started(name: string): readonly string[] {
  return ["run", "--detach", `--name=${name}`, ...PLACE];
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await delay(100);
}
