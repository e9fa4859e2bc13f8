import assert from "node:assert/strict";
import { onSoftwareDevice, openSoftwareDevice } from "./softwareDevice.ts";

onSoftwareDevice.describe("the software adapter", () => {
  it("runs a kernel", async () => {
    const { device, close } = await openSoftwareDevice();
    const module = device.createShaderModule({
      code: /* wgsl */ `
        @group(0) @binding(0) var<storage, read_write> words: array<u32>;
        @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3<u32>) {
          words[id.x] = 3u * id.x;
        }`,
    });
    const pipeline = device.createComputePipeline({ layout: "auto", compute: { module } });
    const { STORAGE, COPY_SRC, COPY_DST, MAP_READ } = GPUBufferUsage;
    const buffer = device.createBuffer({ size: 256, usage: STORAGE | COPY_SRC });
    const readback = device.createBuffer({ size: 256, usage: MAP_READ | COPY_DST });
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(pipeline);
    const layout = pipeline.getBindGroupLayout(0);
    const entries = [{ binding: 0, resource: { buffer } }];
    pass.setBindGroup(0, device.createBindGroup({ layout, entries }));
    pass.dispatchWorkgroups(1);
    pass.end();
    encoder.copyBufferToBuffer(buffer, 0, readback, 0, 256);
    device.queue.submit([encoder.finish()]);
    await readback.mapAsync(GPUMapMode.READ);
    const words = [...new Uint32Array(readback.getMappedRange().slice(0))];
    await close();
    assert.deepEqual(
      words,
      Array.from({ length: 64 }, (_, i) => 3 * i),
    );
  });
});
