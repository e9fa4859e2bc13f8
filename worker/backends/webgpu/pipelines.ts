/** A compiled entry point, and how its buffers are bound. */
export interface CompiledKernel {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

const compiled = new WeakMap<GPUDevice, Map<string, Promise<CompiledKernel>>>();

/**
 * Compiles an entry point of WGSL code, or returns what the same code was compiled to before: that
 * takes seconds with some drivers. So code must not tell what can be told by a buffer.
 *
 * @param bindings the types of the buffers of group 0, in order
 */
export async function compile(
  device: GPUDevice,
  code: string,
  entryPoint: string,
  bindings: readonly GPUBufferBindingType[],
): Promise<CompiledKernel> {
  const ofDevice = compiled.get(device) ?? new Map<string, Promise<CompiledKernel>>();
  compiled.set(device, ofDevice);
  const key = `${entryPoint}\n${code}`;
  const known = ofDevice.get(key);
  if (known !== undefined) return known;
  const promise = compileAnew(device, code, entryPoint, bindings);
  ofDevice.set(key, promise);
  return promise;
}

async function compileAnew(
  device: GPUDevice,
  code: string,
  entryPoint: string,
  bindings: readonly GPUBufferBindingType[],
): Promise<CompiledKernel> {
  const layout = device.createBindGroupLayout({
    entries: bindings.map((type, binding) => ({
      binding,
      visibility: GPUShaderStage.COMPUTE,
      buffer: { type },
    })),
  });
  const pipeline = await device.createComputePipelineAsync({
    layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
    compute: { module: device.createShaderModule({ code }), entryPoint },
  });
  return { pipeline, layout };
}
