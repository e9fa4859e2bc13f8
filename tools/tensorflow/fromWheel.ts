import { mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";

import { outputOf, type ProgramOptions, run, SetUpError } from "./programs.ts";

/** pip's packages that have libtensorflow: with CUDA 12, and for processors only. */
export const WHEELS = ["tensorflow", "tensorflow-cpu"] as const;

export type Wheel = (typeof WHEELS)[number];

/** Unpacks the library and the headers that the binding includes; arguments: wheel, folder. */
const UNPACK = `
import re, sys, zipfile
wanted = re.compile(
    r"tensorflow/(libtensorflow_(cc|framework)\\.so\\.\\d+"
    r"|include/(tensorflow/c|tensorflow/core/platform|xla/tsl/c|xla/tsl/platform|tsl/platform)/.*)")
with zipfile.ZipFile(sys.argv[1]) as wheel:
    wheel.extractall(sys.argv[2], [name for name in wheel.namelist() if wanted.fullmatch(name)])
`;

const PYTHON = "install Python 3 with pip (Debian: apt-get install python3-pip)";
const COMPILER = "install a C++ compiler (Debian: apt-get install g++)";

/** A step of the set-up, as it is told to whoever waits. */
type Tell = (step: string) => void;

/** Finds out, before anything is downloaded, that something will be missing. */
export async function checkPrograms(signal: AbortSignal): Promise<void> {
  if (process.platform !== "linux") {
    throw new SetUpError(`--from-wheel works on Linux, not on ${process.platform}`);
  }
  const python: ProgramOptions = {
    signal,
    missing: `there is no python3, whose pip brings TensorFlow; ${PYTHON}`,
    failed: `python3 has no pip, which brings TensorFlow; ${PYTHON}`,
  };
  await outputOf("python3", ["-m", "pip", "--version"], python);
  await outputOf(compiler(), ["--version"], {
    signal,
    missing: `there is no ${compiler()} to build TensorFlow's Node binding with; ${COMPILER}`,
    failed: `${compiler()} does not work; ${COMPILER}`,
  });
}

function compiler(): string {
  return process.env["CXX"] ?? "g++";
}

/**
 * Puts pip's libtensorflow beside the npm package in this folder, and a binding that is built from
 * the package's own sources.
 */
export async function addLibrary(
  folder: string,
  wheel: Wheel,
  tell: Tell,
  signal: AbortSignal,
): Promise<void> {
  const home = join(folder, "node_modules/@tensorflow/tfjs-node-gpu");
  const unpacked = join(folder, "wheel");
  tell(`downloading pip's ${wheel}`);
  await run(
    "python3",
    ["-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--dest", unpacked, wheel],
    {
      signal,
      missing: PYTHON,
      failed:
        `pip cannot download ${wheel} for this Python and machine; see what it said, and check the ` +
        "network or pip's index",
    },
  );
  const [file] = readdirSync(unpacked);
  tell("unpacking libtensorflow");
  await run("python3", ["-c", UNPACK, join(unpacked, file ?? ""), unpacked], {
    signal,
    missing: PYTHON,
    failed: `${file} cannot be unpacked; is there room on the disk?`,
  });

  const library = join(home, "deps/lib");
  mkdirSync(library, { recursive: true });
  mkdirSync(join(home, "lib/napi-v8"), { recursive: true });
  const libraries = readdirSync(join(unpacked, "tensorflow")).filter((name) => /\.so\./.test(name));
  if (libraries.length !== 2) {
    throw new SetUpError(`${file} has no libtensorflow where TensorFlow 2.21 has it; take another`);
  }
  for (const name of libraries) renameSync(join(unpacked, "tensorflow", name), join(library, name));

  tell("building TensorFlow's Node binding");
  await run(
    compiler(),
    [
      "-std=c++17",
      "-O2",
      "-fPIC",
      "-shared",
      "-DNAPI_VERSION=8",
      `-I${join(folder, "node_modules/node-api-headers/include")}`,
      `-I${join(unpacked, "tensorflow/include")}`,
      `-I${home}`,
      join(home, "binding/tfjs_backend.cc"),
      join(home, "binding/tfjs_binding.cc"),
      `-o${join(home, "lib/napi-v8/tfjs_binding.node")}`,
      `-L${library}`,
      ...libraries.map((name) => `-l:${name}`),
      "-Wl,-rpath,$ORIGIN/../../deps/lib",
    ],
    {
      signal,
      missing: COMPILER,
      failed: "the binding cannot be built; see what the compiler said",
    },
  );
  rmSync(unpacked, { recursive: true });
}
