import { writeFileSync } from "node:fs";
import { registerHooks } from "node:module";

/**
 * For `node --import`: writes the packages that the process has loaded to the file that the variable
 * LYAPUNOV_TEST_LOADED_PACKAGES names.
 */
const packages = new Set<string>();

registerHooks({
  load: (url, context, next) => {
    const [, name] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url) ?? [];
    if (name !== undefined) packages.add(name);
    return next(url, context);
  },
});

const path = process.env["LYAPUNOV_TEST_LOADED_PACKAGES"];
process.on("exit", () => {
  if (path !== undefined) writeFileSync(path, JSON.stringify([...packages].toSorted()));
});
