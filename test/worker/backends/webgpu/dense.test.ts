import assert from "node:assert/strict";
import type { Network } from "../../../../shared/network/network.ts";
import type { Backend } from "../../../../worker/backends/backend.ts";
import { loadBackend } from "../../../../worker/backends/registry.ts";
import { denseKernel } from "../../../../worker/backends/webgpu/dense/denseKernel.ts";
import { STATE_WORDS } from "../../../../worker/backends/webgpu/kernel.ts";
import { lawInput } from "../../../support/laws.ts";
import { slopesOf } from "../agreement.ts";
import { DEFAULT_SEED, growths, KINDS, type TaskOptions } from "../tasks.ts";
import { kernelGrowths, type Seen } from "./kernelGrowths.ts";
import { SOFTWARE_ARITHMETIC } from "./softwareArithmetic.ts";
import { onSoftwareDevice, openSoftwareDevice, type SoftwareDevice } from "./softwareDevice.ts";

/** The parts of a task that tests vary; all are dense. */
type Options = Omit<TaskOptions, "sampling">;

const isDense = ({ weights, sampling }: (typeof KINDS)[number]) =>
  sampling === "dense" && weights !== "orthogonal";
const LAWS = KINDS.filter(isDense).map(({ weights }) => weights);

/** Laws whose entries are computed in double-single, which takes the software adapter long. */
const COSTLY: readonly string[] = ["truncated_normal", "student_t"];

/**
 * Agreement with `simd`, as |difference| / √depth. Errors of a direction are heavy-tailed: their
 * chance of being beyond t falls as 1/t. In double-single one is 10⁻¹⁵ in the median, and beyond
 * 10⁻¹¹ once in some thousand replicas; the promise to users is 10⁻⁴.
 */
const LIMIT = 1e-8;

function networkOf({ width, weights, negativeSlope, gain, depths }: Options): Network {
  return {
    width,
    depth: depths.at(-1) as number,
    negativeSlope: negativeSlope ?? 0.01,
    gain: gain ?? 1,
    ...lawInput(weights),
  };
}

onSoftwareDevice.describe("the dense kernel", () => {
  let opened: SoftwareDevice;
  let simd: Backend;
  let reference: Backend;
  before(async () => {
    opened = await openSoftwareDevice();
    simd = await loadBackend("simd");
    reference = await loadBackend("reference");
  });
  after(async () => opened.close());

  const seenBy = async (options: Options, layersPerDispatch = Infinity): Promise<Seen[]> => {
    const network = networkOf(options);
    const kernel = await denseKernel(opened.device, network, SOFTWARE_ARITHMETIC);
    const { depths, firstReplica = 0, replicaCount } = options;
    const task = { network, depths, firstReplica, replicaCount, layersPerDispatch };
    const seen = await kernelGrowths(opened.device, kernel, task);
    kernel.destroy();
    return seen;
  };

  /** Compares replicas that are not doubted with those of another backend; returns how many are. */
  const assertAgreement = async (options: Options, limit = LIMIT): Promise<number> => {
    const expected = await growths(simd, { ...options, sampling: "dense" });
    const seen = await seenBy(options);
    const last = seen.at(-1) as Seen;
    for (const [i, depth] of options.depths.entries()) {
      for (const [replica, growth] of (seen[i] as Seen).growths.entries()) {
        const other = expected[i]?.[replica] as number;
        if (last.doubtful[replica] === true || growth === other) continue;
        const error = Math.abs(growth - other) / Math.sqrt(depth);
        const what = `${options.weights}, width ${options.width}, slope ${options.negativeSlope}`;
        assert.ok(error < limit, `${what}, depth ${depth}, replica ${replica}: ${error}`);
      }
    }
    return last.doubtful.filter(Boolean).length;
  };

  for (const weights of LAWS) {
    it(`agrees replica by replica with simd: ${weights}`, async () => {
      for (const width of [1, 2, 3, 8, 63, 64, 65, 256]) {
        const isSlow = COSTLY.includes(weights) && width > 16;
        const slopes = isSlow ? [0.01] : width > 16 ? [0.01, -1, 10] : slopesOf(weights);
        for (const negativeSlope of slopes) {
          const doubted = await assertAgreement({
            weights,
            width,
            negativeSlope,
            depths: width > 64 ? [1, 2] : width > 16 ? [1, 4] : [1, 10, 40],
            firstReplica: 5,
            replicaCount: width > 64 ? 1 : width > 16 ? 2 : 9,
          });
          // Signs cancel, and leave what may be an error; the others are never in doubt.
          assert.ok(doubted <= (weights === "rademacher" ? 2 : 0), `${width}: ${doubted}`);
        }
      }
    });

    it(`agrees where a layer is more than a workgroup: ${weights}`, async () => {
      const widths = weights === "gaussian" ? [513, 1024] : [530];
      for (const width of widths) {
        assert.equal(await assertAgreement({ weights, width, depths: [1], replicaCount: 1 }), 0);
      }
    });
  }

  it("agrees at every size of workgroup", async () => {
    for (const width of [17, 32, 33, 40, 100, 128, 129, 511, 512]) {
      const replicaCount = width > 64 ? 1 : 40;
      await assertAgreement({ weights: "uniform", width, depths: [2], replicaCount });
    }
  });

  for (const weights of ["gaussian", "rademacher", "sparse_gaussian"] as const) {
    it(`agrees to a depth of 10,000: ${weights}`, async () => {
      for (const width of [1, 2, 3, 8]) {
        const negativeSlope = width === 2 ? -1 : 0.3;
        const depths = [1000, 10_000];
        await assertAgreement({ weights, width, negativeSlope, depths, replicaCount: 4 }, 1e-6);
      }
    });
  }

  for (const weights of LAWS) {
    it(`dies out at the same layers as in reference: ${weights}`, async () => {
      for (const width of [1, 2, 3, 5]) {
        const depths = [1, 2, 4, 8, 60];
        const options = { weights, width, negativeSlope: 0, depths, replicaCount: 30 };
        const expected = await growths(reference, { ...options, sampling: "dense" });
        const seen = await seenBy(options);
        const doubtful = seen.at(-1)?.doubtful;
        for (const [i, growth] of expected.entries()) {
          for (const [replica, s] of growth.entries()) {
            const found = seen[i]?.growths[replica] as number;
            if (doubtful?.[replica] !== true) assert.equal(found === -Infinity, s === -Infinity);
            assert.ok(found === -Infinity || Number.isFinite(found));
          }
        }
      }
    });
  }

  it("doubts replicas with units too small for float32", async () => {
    const options = {
      weights: "sparse_gaussian",
      width: 8,
      depths: [20],
      replicaCount: 20,
    } as const;
    const [usual] = await seenBy({ ...options, negativeSlope: 0.01 });
    assert.ok(usual?.doubtful.every((isDoubtful) => !isDoubtful));
    const [tiny] = await seenBy({ ...options, negativeSlope: 1e-30 });
    assert.ok(tiny?.doubtful.every(Boolean));
  });

  for (const width of [5, 40, 530]) {
    it(`gives a replica the same bits in any batch and any dispatches: width ${width}`, async () => {
      const options = { weights: "uniform", width, depths: [2, 5] } as const;
      const count = width > 64 ? 5 : 70;
      const whole = await seenBy({ ...options, firstReplica: 100, replicaCount: count });
      const alone = await seenBy({ ...options, firstReplica: 97 + count, replicaCount: 1 }, 1);
      const some = await seenBy({ ...options, firstReplica: 96 + count, replicaCount: 3 }, 2);
      for (const i of [0, 1]) {
        const words = (seen: Seen[], replica: number) =>
          [...(seen[i] as Seen).states].slice(STATE_WORDS * replica, STATE_WORDS * (replica + 1));
        assert.deepEqual(words(alone, 0), words(whole, count - 3));
        for (let j = 0; j < 3; j++) assert.deepEqual(words(some, j), words(whole, count - 4 + j));
      }
    });
  }

  it("takes replicas of different seeds in one batch", async () => {
    const options = { weights: "gaussian", width: 4, depths: [3] } as const;
    const network = networkOf({ ...options, replicaCount: 1 });
    const kernel = await denseKernel(opened.device, network, SOFTWARE_ARITHMETIC);
    for (const seed of [1n, 1n << 32n, (1n << 64n) - 1n, DEFAULT_SEED]) {
      const task = { network, depths: [3], firstReplica: 3, replicaCount: 5, seed };
      const [seen] = await kernelGrowths(opened.device, kernel, task);
      const [expected] = await growths(simd, {
        ...options,
        sampling: "dense",
        firstReplica: 3,
        replicaCount: 5,
        seed,
      });
      for (const [i, growth] of (expected as Float64Array).entries()) {
        assert.ok(Math.abs(growth - (seen?.growths[i] as number)) < LIMIT);
      }
    }
    kernel.destroy();
  });
});
