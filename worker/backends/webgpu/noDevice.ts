import { reasonOf } from "../../../shared/wire/reason.ts";

const LOADER = "libvulkan.so.1";

/** Says why Vulkan may have found no device, with a remedy. */
export function whyNoDevice(): string {
  const loaderProblem = loadProblem(LOADER);
  if (loaderProblem !== undefined) {
    return `Vulkan's loader does not load (${loaderProblem}); install it (Debian's libvulkan1)`;
  }
  const chosen = process.env["VK_DRIVER_FILES"] ?? process.env["VK_ICD_FILENAMES"];
  if (chosen !== undefined) {
    return `VK_DRIVER_FILES or VK_ICD_FILENAMES lets Vulkan see only '${chosen}'; correct it, or unset it`;
  }
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
