import { readFileSync } from "node:fs";
import { join } from "node:path";

import { packageRoot } from "./packageRoot.ts";

/** The package's version, which the coordinator and all workers of a cluster must share. */
export const VERSION: string = (
  JSON.parse(readFileSync(join(packageRoot(), "package.json"), "utf8")) as { version: string }
).version;
