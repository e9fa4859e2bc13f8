import assert from "node:assert/strict";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

import { nvidiaCards } from "../../../worker/backends/nvidiaSmi.ts";

/** NVIDIA's program as it answers for two cards, or for the one that is asked for. */
const PROGRAM = `#!/bin/sh
case "$*" in
  "--id=1 --query-gpu=name,driver_version,memory.total --format=csv,noheader,nounits") ;;
  "--query-gpu=name,driver_version,memory.total --format=csv,noheader,nounits")
    echo "NVIDIA H200, 570.86.15, 143771" ;;
  *) echo "No devices were found"; exit 6 ;;
esac
echo "NVIDIA GB10, 580.95, [N/A]"
`;

describe("cards as NVIDIA's program describes them", () => {
  let folder: string;
  const path = process.env["PATH"];
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "lyapunov-nvidia-"));
    await writeFile(join(folder, "nvidia-smi"), PROGRAM);
    await chmod(join(folder, "nvidia-smi"), 0o755);
  });
  afterEach(() => {
    process.env["PATH"] = path;
  });
  after(() => rm(folder, { recursive: true }));

  it("have a name, a driver and memory, where that is known", async () => {
    process.env["PATH"] = [folder, path].join(delimiter);
    const unified = { description: "NVIDIA GB10", driver: "NVIDIA 580.95" };
    assert.deepEqual(await nvidiaCards(), [
      {
        description: "NVIDIA H200",
        driver: "NVIDIA 570.86.15",
        memoryBytes: 143_771 * 2 ** 20,
      },
      unified,
    ]);
    assert.deepEqual(await nvidiaCards("1"), [unified]);
  });

  it("are none where it finds none, or is not there", async () => {
    process.env["PATH"] = [folder, path].join(delimiter);
    assert.deepEqual(await nvidiaCards("7"), []);
    process.env["PATH"] = join(folder, "nowhere");
    assert.deepEqual(await nvidiaCards(), []);
  });
});
