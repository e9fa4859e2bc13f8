import { readFileSync } from "node:fs";
import { join } from "node:path";

import { packageRoot } from "./packageRoot.ts";

/** The package's version; the coordinator and the workers of a cluster must have the same. */
export const VERSION: string = (
  JSON.parse(readFileSync(join(packageRoot(), "package.json"), "utf8")) as { version: string }
).version;
