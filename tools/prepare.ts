import { existsSync } from "node:fs";
import { join } from "node:path";

/*
 * npm runs this after each install, which is to build. It also runs it before the first `npx lyapunov`
 * of a person in a checkout, when it links the checkout into that person's cache. Commands may run in
 * the checkout then, and nobody has asked for a build.
 */
const isBuilt = existsSync(join(import.meta.dirname, "../dist/client/main.js"));
const isOnlyRun = process.env["npm_command"] === "exec" && isBuilt;
if (!isOnlyRun) await import("./build.ts");
