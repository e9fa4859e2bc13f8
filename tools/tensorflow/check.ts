import { join } from "node:path";

import { loadLibrary } from "../../worker/backends/tensorflow/library.ts";

/** What a set-up has come to. */
export interface Checked {
  readonly version: string;
  readonly isUsingGpuDevice: boolean;
}

// Run with a folder, this prints as JSON what TensorFlow there is.
const [folder = "."] = process.argv.slice(2);
const { binding, isUsingGpuDevice } = loadLibrary([join(folder, "package.json")]);
const checked: Checked = { version: binding.TF_Version, isUsingGpuDevice };
process.stdout.write(`${JSON.stringify(checked)}\n`);
