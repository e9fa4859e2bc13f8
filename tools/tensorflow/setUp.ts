import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from "node:fs";
import { dirname, extname, join } from "node:path";

import { Command, Option } from "commander";

import { packageRoot } from "../../shared/wire/packageRoot.ts";
import { reasonOf } from "../../shared/wire/reason.ts";
import { setUpFolder, TENSORFLOW_PACKAGE } from "../../worker/backends/tensorflow/library.ts";
import { removeLeftovers, unfinished } from "../leftovers.ts";
import { takePlace } from "../replaceFolder.ts";
import type { Checked } from "./check.ts";
import { addLibrary, checkPrograms, type Wheel, WHEELS } from "./fromWheel.ts";
import { outputOf, run, SetUpError } from "./programs.ts";

/** Says in a folder that is set up where its TensorFlow comes from. */
const MARK = "set-up.json";

/** Room on the disk that it takes, downloads included, in GB. */
const GIGABYTES = { stock: 2, tensorflow: 4, "tensorflow-cpu": 2 } as const;

const CUDA_REMEDY =
  "if this machine has an NVIDIA card, its driver must be installed, and the CUDA libraries must be " +
  "found: those of pip's nvidia-*-cu12, which python3 -m pip install 'tensorflow[and-cuda]' brings, " +
  "in LD_LIBRARY_PATH (docs/tensorflow.md)";

function say(sentence: string): void {
  process.stderr.write(`setup:tensorflow: ${sentence}\n`);
}

const { fromWheel } = new Command("npm run setup:tensorflow --")
  .description(
    "Sets up TensorFlow for the backend tensorflow: the npm package @tensorflow/tfjs-node-gpu with " +
      "libtensorflow, in a folder of this package's own. The stock way is the npm package's own, " +
      "which downloads TensorFlow 2.9 for CUDA 11.2.",
  )
  .addOption(
    new Option(
      "--from-wheel [package]",
      "take libtensorflow from a package of pip instead, and build the binding: " +
        "tensorflow for CUDA 12, tensorflow-cpu for processors only",
    )
      .choices(WHEELS)
      .preset("tensorflow" satisfies Wheel),
  )
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
  .parse()
  .opts<{ readonly fromWheel?: Wheel }>();

const interruption = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.once(signal, () => {
    interruption.abort();
  });
}

try {
  await setUp(setUpFolder(), fromWheel);
} catch (error) {
  process.exitCode = interruption.signal.aborted ? 130 : 1;
  say(interruption.signal.aborted ? "interrupted; nothing has changed" : sentenceOf(error));
}

/** Sets it up unless that has been done; whatever was there before stays until all is ready. */
async function setUp(place: string, wheel: Wheel | undefined): Promise<void> {
  const { signal } = interruption;
  const from = wheel === undefined ? "stock" : `wheel ${wheel}`;
  removeLeftovers(place);
  if (isFrom(place, from)) {
    try {
      tellResult(await check(place, signal), `${place} is set up already`);
      say(`to set it up anew, remove ${place}`);
      return;
    } catch (error) {
      if (signal.aborted) throw error;
      say(`${place} does not work any longer; it is set up anew`);
    }
  }
  if (wheel !== undefined) await checkPrograms(signal);
  checkRoom(dirname(place), GIGABYTES[wheel ?? "stock"]);

  const folder = unfinished(place);
  try {
    mkdirSync(folder);
    await installPackages(folder, wheel === undefined, signal);
    if (wheel !== undefined) await addLibrary(folder, wheel, say, signal);
    writeFileSync(join(folder, MARK), `${JSON.stringify({ from })}\n`);
    say("loading it");
    const checked = await check(folder, signal);
    takePlace(folder, place);
    tellResult(checked, `${place} is ready`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function isFrom(place: string, from: string): boolean {
  const mark = join(place, MARK);
  if (!existsSync(mark)) return false;
  return (JSON.parse(readFileSync(mark, "utf8")) as { readonly from?: unknown }).from === from;
}

function checkRoom(folder: string, gigabytes: number): void {
  const { bavail, bsize } = statfsSync(folder);
  const free = (bavail * bsize) / 1e9;
  if (free >= gigabytes) return;
  throw new SetUpError(
    `the disk of ${folder} has ${free.toFixed(1)} GB free, and TensorFlow takes up to ` +
      `${gigabytes} GB; free some`,
  );
}

/** Installs the npm packages of the lockfile; their own scripts download libtensorflow. */
async function installPackages(
  folder: string,
  withScripts: boolean,
  signal: AbortSignal,
): Promise<void> {
  const own = join(packageRoot(), "tools/tensorflow");
  for (const name of ["package.json", "package-lock.json"]) {
    copyFileSync(join(own, name), join(folder, name));
  }
  say(
    withScripts
      ? `installing ${TENSORFLOW_PACKAGE}, which downloads TensorFlow 2.9 for CUDA 11.2`
      : `installing ${TENSORFLOW_PACKAGE}`,
  );
  const flags = [
    "--no-audit",
    "--no-fund",
    "--loglevel=notice",
    `--ignore-scripts=${!withScripts}`,
  ];
  await run("npm", ["ci", ...flags, "--prefix", folder], {
    signal,
    folder,
    missing: "there is no npm; install it beside Node",
    failed: withScripts
      ? `${TENSORFLOW_PACKAGE} cannot be installed the stock way, see what npm said; ` +
        "if its download was refused, take pip's TensorFlow: " +
        "npm run setup:tensorflow -- --from-wheel tensorflow"
      : `npm cannot install ${TENSORFLOW_PACKAGE}, see what it said; check the network or npm's registry`,
  });
}

/** Loads what is in the folder, in a process of its own. */
async function check(folder: string, signal: AbortSignal): Promise<Checked> {
  const program = join(import.meta.dirname, `check${extname(import.meta.filename)}`);
  const output = await outputOf(process.execPath, [program, folder], {
    signal,
    missing: `${process.execPath} is gone; install Node anew`,
    failed: "what was set up cannot be loaded, see above; another --from-wheel may do",
  });
  return JSON.parse(output) as Checked;
}

function tellResult({ version, isUsingGpuDevice }: Checked, sentence: string): void {
  const device = isUsingGpuDevice ? "uses a GPU" : "uses no GPU, only the processor";
  say(`${sentence}: TensorFlow ${version}, which ${device}`);
  if (isUsingGpuDevice) return;
  say(
    fromWheel === "tensorflow-cpu"
      ? "workers take it only where software devices are allowed"
      : `workers take it only where software devices are allowed; ${CUDA_REMEDY}`,
  );
}

function sentenceOf(error: unknown): string {
  const { code, path } = error as NodeJS.ErrnoException;
  if (code === "EACCES" || code === "EROFS" || code === "EPERM") {
    return `${path ?? packageRoot()} may not be written; run this as its owner`;
  }
  if (code === "ENOSPC") return `the disk of ${packageRoot()} is full; free some gigabytes`;
  return reasonOf(error);
}
