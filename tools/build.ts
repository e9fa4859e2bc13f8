import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";

import { main as compileAssembly } from "assemblyscript/asc";

import { replaceFolder } from "./replaceFolder.ts";

/** The types of the contract, which the sources import. */
const TYPES = "shared/wire/generated";
/** What is installed and run. */
const PRODUCT = "dist";

const PROTOCOLS = [
  "lyapunov/v1/simulation_service.proto",
  "lyapunov/v1/fleet_service.proto",
  "google/rpc/status.proto",
  "google/rpc/error_details.proto",
];

/** Parts of the page that are served as they are. */
const AS_IT_IS = /\.(?:html|css|svg)$/;

const USAGE = `usage: node tools/build.ts [types]
  Builds everything into ${PRODUCT}/, or only the types of the contract into ${TYPES}/.
`;

/** A step that failed, in one sentence. */
class BuildError extends Error {}

const [what, ...rest] = process.argv.slice(2);
if (rest.length > 0 || (what !== undefined && what !== "types")) {
  process.stderr.write(USAGE);
  process.exit(2);
}
process.chdir(join(import.meta.dirname, ".."));
try {
  await build(TYPES, generateTypes);
  if (what !== "types") await build(PRODUCT, compile);
} catch (error) {
  if (!(error instanceof BuildError)) throw error;
  process.stderr.write(`build: ${error.message}; what was built before is still there\n`);
  process.exitCode = 1;
}

/**
 * Makes a folder anew beside the one in use, and then puts it in its place. A build that fails or is
 * killed changes nothing, and nobody ever reads a half-written file.
 */
async function build(place: string, fill: (folder: string) => void | Promise<void>): Promise<void> {
  removeLeftovers(place);
  const folder = `${place}.new-${process.pid}`;
  try {
    await fill(folder);
    replaceFolder(folder, place);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Removes what builds left that were killed. */
function removeLeftovers(place: string): void {
  const parent = join(place, "..");
  for (const name of readdirSync(parent)) {
    const [, pid] = /\.new-(\d+)(?:-old)?$/.exec(name) ?? [];
    const path = join(parent, name);
    if (pid === undefined || !path.startsWith(`${place}.new-`) || isAlive(Number(pid))) continue;
    rmSync(path, { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

function generateTypes(folder: string): void {
  run("proto-loader-gen-types", [
    ...PROTOCOLS,
    "--includeDirs=proto",
    `--outDir=${folder}`,
    "--grpcLib=@grpc/grpc-js",
    "--longs=String",
    "--enums=String",
    "--defaults",
    "--oneofs",
    "--importFileExtension=.ts",
  ]);
}

async function compile(folder: string): Promise<void> {
  const kernel = ["--config", "worker/backends/simd/asconfig.json", "--target", "release"];
  const { error } = await compileAssembly(
    [...kernel, "--outFile", `${folder}/worker/backends/simd/kernel.wasm`],
    { stdout: process.stdout, stderr: process.stderr },
  );
  if (error !== null) throw new BuildError(`the kernel does not compile: ${error.message}`);
  run("tsc", ["-p", "tsconfig.build.json", "--outDir", folder]);
  run("tsc", ["-p", "client/page", "--outDir", folder]);
  for (const name of readdirSync("client/page")) {
    if (AS_IT_IS.test(name)) cpSync(`client/page/${name}`, `${folder}/client/page/${name}`);
  }
  chmodSync(`${folder}/client/main.js`, 0o755);
}

/** Runs a command of an installed package, on the Node that runs this. */
function run(command: string, commandArguments: readonly string[]): void {
  const path = join("node_modules", ".bin", command);
  if (!existsSync(path)) throw new BuildError(`${path} is missing; run 'npm ci' first`);
  const child = spawnSync(process.execPath, [path, ...commandArguments], { stdio: "inherit" });
  if (child.error !== undefined) throw child.error;
  if (child.status !== 0) {
    throw new BuildError(`${command} ended with ${child.signal ?? `status ${child.status}`}`);
  }
}
