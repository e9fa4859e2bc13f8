import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";

import type { Backend } from "../../../../worker/backends/backend.ts";
import { BatchMemory } from "../../../../worker/backends/tensorflow/batchMemory.ts";
import type { Binding } from "../../../../worker/backends/tensorflow/binding.ts";
import { loadLibrary } from "../../../../worker/backends/tensorflow/library.ts";
import { Operators } from "../../../../worker/backends/tensorflow/operators.ts";
import { loadTensorflowBackend } from "../../../../worker/backends/tensorflow/tensorflowBackend.ts";
import { needingTensorflow } from "../../../support/tiers/tiers.ts";
import { growths } from "../tasks.ts";
import { loadedBackend, loadedBinding } from "./loaded.ts";

needingTensorflow().describe("TensorFlow's device and what it holds", () => {
  let backend: Backend;
  before(async () => {
    backend = await loadedBackend();
  });

  it("is named in the generator with version and stream", () => {
    const version = loadedBinding().TF_Version;
    const stream = `tensorflow ${version} stateless-philox/1 ${process.arch} `;
    assert.ok(backend.generator.startsWith(stream) && backend.generator.length <= 100);
    assert.ok(backend.generator.includes(backend.device?.description ?? "?"));
    assert.deepEqual([backend.device?.isGpu, backend.device?.isSoftware], [false, true]);
    assert.match(backend.device?.driver ?? "", /^TensorFlow \d/);
  });

  it("is a processor only for those who allow it", async () => {
    await assert.rejects(
      loadTensorflowBackend({}),
      /^Error: backend tensorflow: TensorFlow has found no GPU .*; see .*, or pass --allow-software /,
    );
    await assert.rejects(
      loadTensorflowBackend({ allowSoftware: true, adapter: "H200" }),
      /^Error: backend tensorflow: its device is .*, not 'H200'; choose the card with CUDA_/,
    );
  });

  it("keeps no tensor, over thousands of layers of any law and after a failure", async () => {
    const propagateAll = async () => {
      for (const weights of ["gaussian", "rademacher", "orthogonal", "truncated_normal"] as const) {
        for (const negativeSlope of [0.1, 1e-20]) {
          const options = { weights, sampling: "dense", width: 2, negativeSlope } as const;
          await growths(backend, { ...options, depths: [3, 150], replicaCount: 20 });
        }
      }
    };
    await propagateAll();
    const before = loadedBinding().getNumOfTensors();
    await propagateAll();
    await assert.rejects(
      backend.propagate(
        {
          network: { width: 4, depth: 9, negativeSlope: 0, weights: "gaussian", gain: 1 },
          sampling: "dense",
          seed: 1n,
          depths: [9],
          firstReplica: 0,
          replicaCount: 8,
        },
        () => {
          throw new Error("whoever watches has failed");
        },
      ),
      /whoever watches/,
    );
    assert.equal(loadedBinding().getNumOfTensors(), before);
    assert.equal(backend.isSpent, false);
  });

  it("lets other work have its turn while it propagates", async () => {
    let turns = 0;
    const turn = () => {
      turns++;
      immediate = setImmediate(turn);
    };
    let immediate = setImmediate(turn);
    const options = { weights: "gaussian", sampling: "dense", width: 16 } as const;
    await growths(backend, { ...options, depths: [100], replicaCount: 64 });
    clearImmediate(immediate);
    assert.ok(turns >= 99, `${turns}`);
  });

  it("says in a sentence that there is too little memory, and goes on with less", function () {
    // A process of its own, which gets little more memory than it has once TensorFlow is loaded.
    const script = join(import.meta.dirname, "littleMemory.ts");
    const { stdout, stderr } = spawnSync(process.execPath, [script], { encoding: "utf8" });
    assert.match(
      stdout,
      /^backend tensorflow: .* has too little memory for layers of width 20000, which take about 3,200\.0 MB; take .*\nthen: -?\d/,
      stderr,
    );
  });
});

describe("the memory of TensorFlow's device", () => {
  const card = { description: "a card", driver: "a driver", isGpu: true, isSoftware: false };
  const network = { width: 64, depth: 1, negativeSlope: 0, weights: "gaussian", gain: 1 } as const;
  const exhausted = new Error("Invalid TF_Status: 8\nMessage: OOM when allocating tensor");

  it("bounds the blocks of a batch, which are halved when that was not enough", () => {
    const memory = new BatchMemory({ ...card, memoryBytes: 6 * 2 ** 20 });
    const blockBytes = 4 * 8 * 64 * 64;
    assert.equal(memory.blocks(network, "dense"), 2 ** 20 / blockBytes);
    memory.takeLess(network, "dense", 8, exhausted);
    assert.equal(memory.blocks(network, "dense"), 4);
    assert.equal(memory.blocks({ ...network, width: 10_000 }, "dense"), 1);
    assert.ok(new BatchMemory(card).blocks(network, "dense") > 1000);
  });

  it("is not to blame for other failures, which are passed on", () => {
    const other = new Error("Invalid TF_Status: 3\nMessage: wrong shape");
    assert.throws(() => {
      new BatchMemory(card).takeLess(network, "dense", 8, other);
    }, other);
  });
});

describe("TensorFlow's binding", () => {
  it("is spent long before its ids are", () => {
    let id = 0;
    // Two thousand million tensors would take an hour.
    const binding = { createTensor: () => id } as unknown as Binding;
    const operators = new Operators(binding);
    assert.equal(operators.isSpent, false);
    id = 2 ** 30 + 1;
    operators.longs([1n]);
    assert.equal(operators.isSpent, true);
  });

  it("that is not there is a sentence with the command that sets it up", () => {
    assert.throws(
      () => loadLibrary(["/nowhere/package.json"]),
      /^Error: backend tensorflow: @tensorflow\/tfjs-node-gpu is not set up; run 'npm run setup:tensorflow' in \//,
    );
  });
});
