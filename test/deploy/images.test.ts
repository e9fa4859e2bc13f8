import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";

import { ROOT } from "../system/support/command.ts";
import {
  BASE,
  BUILD_MILLISECONDS,
  CPU_IMAGE,
  NVIDIA_IMAGE,
  sharedImages,
} from "./support/images.ts";
import { HARDENED, inContainers, type Podman } from "./support/podman.ts";

const MEGABYTE = 1e6;

interface Image {
  readonly Size: number;
  readonly Config: {
    readonly User: string;
    readonly Entrypoint: readonly string[];
    readonly Labels: Readonly<Record<string, string>>;
    readonly Volumes: object;
  };
  readonly Healthcheck: { readonly Test: readonly string[] };
}

inContainers.describe("The images", function images() {
  this.timeout(BUILD_MILLISECONDS);
  let podman: Podman;
  before(async () => {
    podman = await sharedImages();
  });

  it("are small", async () => {
    const [base, cpu, nvidia] = await Promise.all([BASE, CPU_IMAGE, NVIDIA_IMAGE].map(inspect));
    const sizes = [base, cpu, nvidia].map((image) => (image?.Size ?? 0) / MEGABYTE);
    const [own = 0, ofCpu = 0, ofNvidia = 0] = sizes;
    // Node itself is 127 MB, WebGPU for one platform 25 MB.
    assert.ok(ofCpu - own > 100 && ofCpu - own < 200, `sizes: ${sizes.join(", ")} MB`);
    assert.ok(ofNvidia - ofCpu > 15 && ofNvidia - ofCpu < 50, `sizes: ${sizes.join(", ")} MB`);
  });

  it("belong to a user, and say what they are", async () => {
    const { version } = JSON.parse(await readFile(`${ROOT}package.json`, "utf8")) as {
      version: string;
    };
    for (const image of [CPU_IMAGE, NVIDIA_IMAGE]) {
      const { Config: config, Healthcheck: healthcheck } = await inspect(image);
      assert.equal(config.User, "1000:1000");
      assert.deepEqual(config.Entrypoint, ["lyapunov"]);
      assert.deepEqual(Object.keys(config.Volumes), ["/data"]);
      assert.match(healthcheck.Test.join(" "), /^CMD node .*healthy\.ts$/);
      const label = (name: string) => config.Labels[`org.opencontainers.image.${name}`];
      assert.equal(label("version"), version);
      assert.equal(label("title"), "lyapunov-cluster");
      assert.equal(label("licenses"), "Apache-2.0");
    }
  });

  it("have the lockfile's Node, and the packages that they need only", async () => {
    for (const [image, hasGpu] of [[CPU_IMAGE, false] as const, [NVIDIA_IMAGE, true] as const]) {
      assert.equal(await runIn(image, "node", "--version"), process.version);
      const packages = await runIn(image, "ls", "/lyapunov/node_modules");
      assert.match(packages, /^better-sqlite3$/m);
      assert.doesNotMatch(packages, /^(?:typescript|mocha|node)$/m);
      assert.equal(/^webgpu$/m.test(packages), hasGpu);
    }
    const platforms = await runIn(NVIDIA_IMAGE, "ls", "/lyapunov/node_modules/webgpu/dist");
    assert.equal(platforms, `${process.platform}-${process.arch}`);
  });

  it("ask a process whether it is alive where it can be asked", async () => {
    // Process 1 has the flag among its words, but serves nothing there.
    const silent = ["sleep 600; true", "--metrics", "127.0.0.1:9464"];
    const mute = ["sleep 600; true"];
    for (const [words, isHealthy] of [[silent, false] as const, [mute, true] as const]) {
      const id = await podman.run("run", "-d", "--entrypoint=sh", CPU_IMAGE, "-c", ...words);
      const { code } = await podman.try("healthcheck", "run", id);
      assert.equal(code === 0, isHealthy);
      await podman.run("rm", "--force", "--time=0", id);
    }
  });

  async function inspect(image: string): Promise<Image> {
    const [found] = JSON.parse(await podman.run("image", "inspect", image)) as [Image];
    return found;
  }

  /** Runs a command in a container of the image; returns what it prints. */
  async function runIn(image: string, command: string, ...args: readonly string[]) {
    return podman.run("run", "--rm", ...HARDENED, `--entrypoint=${command}`, image, ...args);
  }
});
