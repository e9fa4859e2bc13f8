import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Python packages that tests run initializers in. */
export type PythonPackage = "numpy" | "torch" | "jax" | "keras";

/** Installs them for the tests. */
export const SET_UP_FRAMEWORKS = "npm run setup:frameworks";

const FOLDER = join(import.meta.dirname, "../../../frameworks");

/** Where Python finds them, as an entry of PYTHONPATH. */
export const PYTHON_PACKAGES = join(FOLDER, "packages");

/** Whether all of these have been installed in this checkout. */
export function hasPythonPackages(packages: readonly PythonPackage[]): boolean {
  const file = join(FOLDER, "set-up.json");
  if (!existsSync(file)) return false;
  const { installed } = JSON.parse(readFileSync(file, "utf8")) as { installed: PythonPackage[] };
  return packages.every((name) => installed.includes(name));
}
