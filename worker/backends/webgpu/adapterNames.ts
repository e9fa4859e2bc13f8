/** A name that no adapter has. */
const NOBODY = "\u0001";

/** Names of the Vulkan adapters of this machine, software included; none where Vulkan has none. */
export async function adapterNames(): Promise<readonly string[]> {
  const { create, globals } = await import("webgpu");
  Object.assign(globalThis, globals);
  const gpu = create(["backend=vulkan", `adapter=${NOBODY}`]);
  try {
    await gpu.requestAdapter();
    return [];
  } catch (error) {
    // Dawn has no list of adapters, but names them all where the one that is asked for is missing.
    return [...String(error).matchAll(/name: '(.*)'$/gm)].map(([, name = ""]) => name);
  }
}
