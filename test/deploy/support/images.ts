import { realpathSync } from "node:fs";
import { chmod, mkdir, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";

import { atEnd } from "../../support/endings.ts";
import { ROOT } from "../../system/support/command.ts";
import { runTool } from "../../system/support/tools.ts";
import { Podman } from "./podman.ts";

/** Time for building; it takes half a minute of two cores, and more where others use them, too. */
export const BUILD_MILLISECONDS = 600_000;

/** A base of Debian's packages, since no public image can be pulled here. */
export const BASE = "localhost/debian";
const BUILT = "localhost/lyapunov-build";
export const CPU_IMAGE = "localhost/lyapunov-cluster";
export const NVIDIA_IMAGE = "localhost/lyapunov-cluster:nvidia";

/** Documentation and translations, which Debian's public image does not have either. */
const LEFT_OUT = ["man", "locale", "doc"].map((name) => `path-exclude=/usr/share/${name}/*`);

let shared: { readonly podman: Podman; readonly built: Promise<void> } | undefined;

/** Podman with both images, for all tests; they are built by the first that asks. */
export async function sharedImages(): Promise<Podman> {
  if (shared === undefined) {
    const podman = await Podman.start();
    shared = { podman, built: buildImages(podman) };
  }
  await shared.built;
  return shared.podman;
}

// No container, image or network outlives the tests.
atEnd(async () => {
  const ending = shared;
  shared = undefined;
  await ending?.built.catch(() => undefined);
  await ending?.podman[Symbol.asyncDispose]();
});

async function buildImages(podman: Podman): Promise<void> {
  await makeBase(podman);
  // Both images copy from this stage; without it as an image of its own, it would be built twice.
  await build(podman, ["--target", "build", "--tag", BUILT], await npmFlags(podman.folder));
  const stage = ["--build-context", `build=container-image://${BUILT}`];
  await build(podman, ["--tag", CPU_IMAGE], stage);
  const cpu = ["--build-context", `cpu=container-image://${CPU_IMAGE}`];
  await build(podman, ["--target", "nvidia", "--tag", NVIDIA_IMAGE], [...stage, ...cpu]);
}

async function makeBase(podman: Podman): Promise<void> {
  const archive = join(podman.folder, "base.tar");
  const options = LEFT_OUT.map((option) => `--dpkgopt=${option}`);
  const flags = ["--quiet", "--variant=apt", ...options, "bookworm", archive];
  const { code, stderr } = await runTool("mmdebstrap", flags, "mmdebstrap");
  if (code !== 0) throw new Error(`mmdebstrap: ${stderr}`);
  await podman.run("import", "--quiet", archive, BASE);
  await rm(archive);
}

async function build(
  podman: Podman,
  what: readonly string[],
  flags: readonly string[],
): Promise<void> {
  await podman.buildah(
    ..."build --quiet --isolation chroot --format docker --layers=false".split(" "),
    `--ignorefile=${ROOT}deploy/docker/Dockerfile.dockerignore`,
    `--file=${ROOT}deploy/docker/Dockerfile`,
    `--build-arg=BUILD_BASE=${BASE}`,
    `--build-arg=BASE=${BASE}`,
    ...flags,
    ...what,
    ROOT,
  );
}

/**
 * Puts this machine's npm, with its cache and the authorities that it trusts, and the tests' Node into
 * the base while something is built on it: Debian has none of them as new.
 */
async function npmFlags(folder: string): Promise<string[]> {
  const start = join(folder, "npm");
  const place = "/usr/local/lib/node_modules/npm";
  const authorities = process.env["NODE_EXTRA_CA_CERTS"];
  const trusted = "/usr/local/share/authorities.pem";
  // Set here, since Debian's buildah does not hand the stage its own `--env`. What is in the cache need
  // not be asked for again.
  const environment = [
    ...(authorities === undefined ? [] : [`NODE_EXTRA_CA_CERTS=${trusted}`]),
    "npm_config_prefer_offline=true",
  ].join(" ");
  await writeFile(start, `#!/bin/sh\nexec env ${environment} node ${place}/bin/npm-cli.js "$@"\n`);
  await chmod(start, 0o755);
  const cache = process.env["npm_config_cache"] ?? join(homedir(), ".npm");
  await mkdir(cache, { recursive: true });
  return [
    `--volume=${process.execPath}:/usr/local/bin/node:ro`,
    `--volume=${npmFolder()}:${place}:ro`,
    `--volume=${start}:/usr/local/bin/npm:ro`,
    `--volume=${cache}:/root/.npm`,
    ...(authorities === undefined ? [] : [`--volume=${authorities}:${trusted}:ro`]),
  ];
}

/** The folder of the npm that a shell would start. */
function npmFolder(): string {
  const script = process.env["npm_execpath"] ?? commandPath("npm");
  return dirname(dirname(realpathSync(script)));
}

function commandPath(name: string): string {
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    try {
      return realpathSync(join(folder, name));
    } catch {
      // It is in another folder.
    }
  }
  throw new Error(`${name} is not installed`);
}
