import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { needing } from "../../support/tiers/tiers.ts";
import { runTool } from "../../system/support/tools.ts";
import { Started, type Ended } from "../../system/support/processes.ts";

/** Declares tests that build images and run containers. */
export const inContainers = needing(
  "aardvark-dns",
  "buildah",
  "catatonit",
  "iptables",
  "mmdebstrap",
  "netavark",
  "podman",
  "runc",
);

/** What a container of ours can do without: a root that can be written to, and all privileges. */
export const HARDENED = [
  "--read-only",
  "--read-only-tmpfs=false",
  "--cap-drop=ALL",
  "--security-opt=no-new-privileges",
];

/**
 * Debian's podman and buildah, with images, containers, volumes and networks of their own in a folder
 * that is deleted at the end. They know of no registry.
 */
export class Podman implements AsyncDisposable {
  readonly folder: string;
  /** For other programs that call podman. */
  readonly environment: Readonly<Record<string, string>>;

  private constructor(folder: string) {
    this.folder = folder;
    this.environment = {
      CONTAINERS_CONF: join(folder, "containers.conf"),
      CONTAINERS_STORAGE_CONF: join(folder, "storage.conf"),
    };
  }

  static async start(): Promise<Podman> {
    if (process.getuid?.() !== 0) throw new Error("tests with containers must be run by root");
    const folder = await mkdtemp(join(tmpdir(), "lyapunov-containers-"));
    await mkdir(join(folder, "networks"));
    // Higher limits than the machine's own, which are podman's default, may not be asked for.
    await writeFile(
      join(folder, "containers.conf"),
      `[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1000:1000"]
[network]
network_backend = "netavark"
network_config_dir = "${folder}/networks"
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
tmp_dir = "${folder}/run/libpod"
`,
    );
    await writeFile(
      join(folder, "storage.conf"),
      `[storage]
driver = "overlay"
graphroot = "${folder}/storage"
runroot = "${folder}/run"
`,
    );
    return new Podman(folder);
  }

  /** Runs `podman …`, which must succeed; returns what it prints, without the last line's end. */
  async run(...args: readonly string[]): Promise<string> {
    return this.#succeed("podman", args);
  }

  /** Runs `buildah …`, which must succeed. */
  async buildah(...args: readonly string[]): Promise<string> {
    return this.#succeed("buildah", args);
  }

  /** Runs `podman …` to its end, whatever comes of it. */
  async try(...args: readonly string[]): Promise<Ended> {
    return this.#end("podman", args);
  }

  /** Starts `podman …` and does not wait for it. */
  begin(...args: readonly string[]): Started {
    return new Started("podman", args, { env: this.environment });
  }

  /** Removes all containers, networks and volumes; images stay. */
  async clear(): Promise<void> {
    await this.run("rm", "--all", "--force", "--volumes", "--time=0");
    await this.run("network", "prune", "--force");
    await this.run("volume", "prune", "--force");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.clear();
    await this.buildah("rm", "--all");
    await rm(this.folder, { recursive: true, force: true });
  }

  async #succeed(command: string, args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.#end(command, args);
    if (code === 0) return stdout.trimEnd();
    throw new Error(`${command} ${args.join(" ")}: status ${code}\n${stdout}${stderr}`);
  }

  async #end(command: string, args: readonly string[]): Promise<Ended> {
    return runTool(command, args, command, { env: this.environment });
  }
}
