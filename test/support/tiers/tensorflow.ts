import { existsSync } from "node:fs";
import { join } from "node:path";

import { setUpFolder } from "../../../worker/backends/tensorflow/library.ts";

/** Sets TensorFlow up as the tests need it. */
export const SET_UP_TENSORFLOW = "npm run setup:tensorflow -- --from-wheel tensorflow-cpu";

/** Whether TensorFlow has been set up in this checkout. */
export function hasTensorflow(): boolean {
  return existsSync(join(setUpFolder(), "set-up.json"));
}
