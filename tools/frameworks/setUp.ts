/*
 * Installs the Python frameworks that tests run initializers in, with pip, into a folder of this
 * checkout. What cannot be had is said and left out; the tests that need it are left out with it.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Where the packages go, and in it what says which are there. */
const FOLDER = "frameworks";
const PACKAGES = ["numpy", "torch", "jax", "keras"];

process.chdir(join(import.meta.dirname, "../.."));
rmSync(FOLDER, { recursive: true, force: true });
mkdirSync(FOLDER);
const installed = install(PACKAGES) ? PACKAGES : PACKAGES.filter((name) => install([name]));
writeFileSync(join(FOLDER, "set-up.json"), `${JSON.stringify({ installed })}\n`);
const missing = PACKAGES.filter((name) => !installed.includes(name));
if (missing.length > 0) {
  process.stderr.write(
    `setup:frameworks: pip cannot install ${missing.join(", ")}, see above; the tests that need ` +
      "one of them are left out\n",
  );
  process.exitCode = 1;
}

/** Installs packages and what they need; returns false if pip cannot. */
function install(names: readonly string[]): boolean {
  const where = ["--target", join(FOLDER, "packages"), "--upgrade"];
  const pip = ["-m", "pip", "install", "--quiet", "--only-binary=:all:", ...where, ...names];
  // What pip prints is no result.
  const { status, error } = spawnSync("python3", pip, { stdio: ["ignore", 2, 2] });
  if (error !== undefined) process.stderr.write(`setup:frameworks: ${error.message}\n`);
  return status === 0;
}
