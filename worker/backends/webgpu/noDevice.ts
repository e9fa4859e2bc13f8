import { reasonOf } from "../../../shared/wire/reason.ts";
import { machineFiles } from "./machineFiles.ts";
import { vulkanProblems } from "./vulkanProblems.ts";

const LOADER = "libvulkan.so.1";

/** Says why Vulkan may have found no device, with a remedy. */
export function whyNoDevice(): string {
  const loaderProblem = loadProblem(LOADER);
  if (loaderProblem !== undefined) {
    return `Vulkan's loader does not load (${loaderProblem}); install it (Debian's libvulkan1)`;
  }
  const problems = vulkanProblems(machineFiles(), process.env);
  if (problems.length > 0) return problems.join("; ");
  return "no Vulkan driver has one; install the card's driver, with its part for Vulkan";
}

/** Why the dynamic linker does not load a library; undefined if it does. */
function loadProblem(library: string): string | undefined {
  try {
    process.dlopen({ exports: {} }, library);
    return undefined;
  } catch (error) {
    const reason = reasonOf(error);
    // It is loaded, but no addon of Node's.
    return reason.includes("self-register") ? undefined : reason;
  }
}
