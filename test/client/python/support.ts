import assert from "node:assert/strict";
import { delimiter } from "node:path";

import { PYTHON_PACKAGES } from "../../support/tiers/frameworks.ts";
import { ROOT } from "../../system/support/command.ts";
import { Started } from "../../system/support/processes.ts";

/** The folder of the Python package that the project ships, as an entry of PYTHONPATH. */
const PACKAGE = `${ROOT}client/python`;

/**
 * Runs a script of this folder, which must succeed, with the frameworks and the package; returns its
 * JSON.
 */
export async function scriptJson(name: string, ...args: readonly string[]): Promise<unknown> {
  const script = `${ROOT}test/client/python/${name}`;
  await using started = new Started("python3", [script, ...args], {
    env: {
      PYTHONPATH: [PACKAGE, PYTHON_PACKAGES].join(delimiter),
      PYTHONDONTWRITEBYTECODE: "1",
      // Threads for matrices of four rows would only wait for one another.
      OMP_NUM_THREADS: "1",
      OPENBLAS_NUM_THREADS: "1",
      KERAS_BACKEND: "numpy",
      KERAS_HOME: "/nonexistent",
    },
  });
  const { code, stdout, stderr } = await started.ended;
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}
