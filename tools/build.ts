import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { removeLeftovers, unfinished } from "./leftovers.ts";
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
  build(TYPES, generateTypes);
  if (what !== "types") build(PRODUCT, compile);
} catch (error) {
  if (!(error instanceof BuildError)) throw error;
  process.stderr.write(`build: ${error.message}; what was built before is still there\n`);
  process.exitCode = 1;
}

/**
 * Makes a folder anew beside the one in use, and then puts it in its place. A build that fails or is
 * killed changes nothing, and nobody ever reads a half-written file.
 */
function build(place: string, fill: (folder: string) => void): void {
  removeLeftovers(place);
  const folder = unfinished(place);
  try {
    fill(folder);
    replaceFolder(folder, place);
  } finally {
    rmSync(folder, { recursive: true, force: true });
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

function compile(folder: string): void {
  compileAssembly("asconfig.json", `${folder}/worker/backends/simd/kernel.wasm`);
  compileAssembly("trainer.asconfig.json", `${folder}/worker/backends/simd/trainer.wasm`);
  run("tsc", ["-p", "tsconfig.build.json", "--outDir", folder]);
  run("tsc", ["-p", "client/page", "--outDir", folder]);
  for (const name of readdirSync("client/page")) {
    if (AS_IT_IS.test(name)) cpSync(`client/page/${name}`, `${folder}/client/page/${name}`);
  }
  chmodSync(`${folder}/client/main.js`, 0o755);
}

/** Compiles a module of the backend `simd` to WebAssembly. */
function compileAssembly(configuration: string, outFile: string): void {
  const compiler = fileURLToPath(import.meta.resolve("assemblyscript/bin/asc.js"));
  const config = `worker/backends/simd/${configuration}`;
  runScript(compiler, ["--config", config, "--target", "release", "--outFile", outFile]);
}

/** Runs a command of an installed package. */
function run(command: string, commandArguments: readonly string[]): void {
  runScript(join("node_modules", ".bin", command), commandArguments);
}

/** Runs a script on the Node that runs this. */
function runScript(script: string, scriptArguments: readonly string[]): void {
  if (!existsSync(script)) throw new BuildError(`${script} is missing; run 'npm ci' first`);
  const child = spawnSync(process.execPath, [script, ...scriptArguments], { stdio: "inherit" });
  if (child.error !== undefined) throw child.error;
  if (child.status !== 0) {
    throw new BuildError(`${script} ended with ${child.signal ?? `status ${child.status}`}`);
  }
}
