import assert from "node:assert/strict";

import pino from "pino";

import { isThreadBackend, type BackendName } from "../../../shared/specification/backends.ts";
import { findDevices, UnknownDevice, type DeviceOptions } from "../../../worker/devices/devices.ts";

const SUPPORT = new URL("../../system/support/", import.meta.url);
const FAKE_GPUS = new URL("fakeGpus.ts", SUPPORT).href;
const NO_GPUS = new URL("exitingThread.ts", SUPPORT).href;

/** What is found, and what the log says of it; everything is closed again. */
async function found(options: Partial<DeviceOptions>) {
  const lines: string[] = [];
  const log = pino(
    { level: "info" },
    { write: (line: string) => lines.push((JSON.parse(line) as { msg: string }).msg) },
  );
  const devices = await findDevices({ log, threads: 1, processModule: FAKE_GPUS, ...options });
  await Promise.all(devices.map(({ pool }) => pool.close()));
  return { devices, lines };
}

function namesOf(devices: Awaited<ReturnType<typeof found>>["devices"]) {
  return devices.map(({ description, backends }) => [
    backends.map(({ name }) => name).join("+"),
    backends[0]?.isGpu === true ? description : "",
  ]);
}

describe("findDevices", () => {
  it("takes the processor and every GPU by its fastest backend, and says why", async () => {
    const { devices, lines } = await found({
      backends: "auto",
      mayHaveGpu: true,
      measuredSeconds: 0.1,
    });
    assert.deepEqual(namesOf(devices), [
      ["reference+simd+tensorflow_wasm", ""],
      ["webgpu", "NVIDIA Great"],
      ["webgpu", "NVIDIA Small"],
    ]);
    const measured = devices.map(({ backends }) =>
      backends.map(({ weightsPerSecond = 0 }) => weightsPerSecond > 0),
    );
    assert.deepEqual(measured, [[false, true, false], [true], [true]]);
    assert.deepEqual(devices[1]?.backends[0]?.generator, "webgpu of NVIDIA Great");
    assert.equal(lines.length, 5);
    for (const [i, line] of [
      /^takes cpu by reference, simd and tensorflow_wasm: .*, 1 thread, \S+ weights\/s$/,
      /^takes gpu0 by webgpu: NVIDIA Great, fake 1, 2 slots, \S+ weights\/s$/,
      /^takes gpu1 by webgpu: NVIDIA Small, fake 1, 2 slots, \S+ weights\/s$/,
      /^leaves gpu0 by tensorflow out: it does \S+ weights\/s, and webgpu \S+ weights\/s$/,
      /^leaves webgpu out: Softy is software$/,
    ].entries()) {
      assert.match(lines[i] ?? "", line);
    }
  });

  it("takes the processor alone where there is no GPU, and says so calmly", async () => {
    const { devices, lines } = await found({
      backends: "auto",
      mayHaveGpu: false,
      processModule: NO_GPUS,
    });
    assert.deepEqual(namesOf(devices), [["reference+simd+tensorflow_wasm", ""]]);
    assert.equal(lines.length, 2);
    assert.match(lines[0] ?? "", /^this machine shows no GPU/);
    assert.match(
      lines[1] ?? "",
      /^takes cpu by reference, simd and tensorflow_wasm: .*, 1 thread$/,
    );
  });

  it("goes on with the processor where a GPU cannot be had, and says why", async () => {
    const { devices, lines } = await found({
      backends: "auto",
      mayHaveGpu: true,
      processModule: NO_GPUS,
    });
    assert.deepEqual(namesOf(devices), [["reference+simd+tensorflow_wasm", ""]]);
    const reason = "a process cannot start to work: it ended with exit code 9";
    assert.deepEqual(lines.slice(1), [
      `leaves webgpu out: ${reason}`,
      `leaves tensorflow out: ${reason}`,
    ]);
  });

  it("looks for nothing else than what is named", async () => {
    for (const [backends, expected] of [
      [undefined, [["reference+simd", ""]]],
      [["simd"], [["simd", ""]]],
      [["tensorflow_wasm"], [["tensorflow_wasm", ""]]],
      [["tensorflow"], [["tensorflow", "Great"]]],
      [
        ["simd", "webgpu"],
        [
          ["simd", ""],
          ["webgpu", "NVIDIA Great"],
          ["webgpu", "NVIDIA Small"],
        ],
      ],
    ] as const) {
      const { devices } = await found({
        backends,
        measuredSeconds: 0,
        ...(!backends?.some((name: BackendName) => !isThreadBackend(name)) && {
          processModule: NO_GPUS,
        }),
      });
      assert.deepEqual(namesOf(devices), expected);
    }
  });

  it("takes software only where that is allowed, and shows that it is software", async () => {
    const { devices, lines } = await found({
      backends: ["webgpu"],
      allowSoftware: true,
      measuredSeconds: 0,
    });
    assert.deepEqual(namesOf(devices).slice(2), [["webgpu", "Softy"]]);
    assert.equal(devices[2]?.backends[0]?.isSoftware, true);
    assert.equal(lines[2], "takes gpu2 by webgpu: Softy (software), fake 1, 2 slots");
  });

  it("shows TensorFlow without a card as what it is: the processor, in the place of a card", async () => {
    const { devices, lines } = await found({
      backends: ["tensorflow"],
      allowSoftware: true,
      measuredSeconds: 0,
    });
    const [{ isGpu, isSoftware } = {}] = devices[0]?.backends ?? [];
    assert.deepEqual([isGpu, isSoftware], [false, true]);
    assert.deepEqual(lines, ["takes cpu by tensorflow: Processor (software), fake 1, 2 slots"]);
  });

  it("takes the devices that are named, and says which there are", async () => {
    const backends = ["webgpu"] as const;
    const { devices } = await found({ backends, measuredSeconds: 0, names: ["gpu1"] });
    assert.deepEqual(namesOf(devices), [["webgpu", "NVIDIA Small"]]);
    await assert.rejects(
      found({ backends, measuredSeconds: 0, names: ["gpu1", "gpu9"] }),
      (error) =>
        error instanceof UnknownDevice &&
        error.message ===
          "'gpu9' is none of the devices that can be had so; there are gpu0, gpu1; see 'lyapunov devices'",
    );
    // Nobody asks a driver for the processor.
    const { devices: own } = await found({
      backends: "auto",
      mayHaveGpu: true,
      names: ["cpu"],
      processModule: NO_GPUS,
    });
    assert.deepEqual(namesOf(own), [["reference+simd+tensorflow_wasm", ""]]);
  });

  it("fails with one sentence where a backend that is named has no device", async () => {
    await assert.rejects(
      found({ backends: ["webgpu"], processModule: NO_GPUS }),
      /^Error: a process cannot start to work: it ended with exit code 9$/,
    );
    await assert.rejects(
      found({ backends: ["simd", "webgpu"], processModule: NO_GPUS }),
      /^Error: a process cannot start to work/,
    );
  });
});
