import assert from "node:assert/strict";

import { parsePropagation } from "../../../../shared/kinds/propagation/propagation.ts";
import type { PropagationInput } from "../../../../shared/kinds/propagation/specification.ts";
import { ValidationError } from "../../../../shared/specification/violations.ts";
import { lawInput } from "../../../support/laws.ts";

type Given = Omit<PropagationInput, "network"> & { readonly network?: object };

function parse({ network, ...rest }: Given) {
  return parsePropagation({
    network: { width: 8, depth: 10, negativeSlope: 0, weights: "gaussian", gain: 1, ...network },
    stoppingRule: { replicaCount: 10 },
    ...rest,
  });
}

function violationsOf(input: Given): readonly string[] {
  try {
    parse(input);
  } catch (error) {
    assert.ok(error instanceof ValidationError);
    return error.violations.map(({ field, description }) => `${field}: ${description}`);
  }
  return [];
}

function backends(input: Given): readonly string[] {
  const specification = parse({ backend: "any", ...input });
  return specification.kind.backends(specification);
}

function shardSize(backend: string): number {
  const specification = parse({ backend, sampling: "dense" });
  return specification.kind.shardSize(specification);
}

describe("what a backend can do", () => {
  for (const [what, input, violation] of [
    [
      "tensorflow, with a law that it does not draw",
      { backend: "tensorflow", network: lawInput("student_t") },
      "network.weights: 'student_t' is not allowed with the backend tensorflow; give one of " +
        "gaussian, uniform, truncated_normal, rademacher, orthogonal, or the backend simd, webgpu or any",
    ],
    [
      "tensorflow_wasm, which propagates nothing",
      { backend: "tensorflow_wasm" },
      "backend: 'tensorflow_wasm' is not allowed here: it only trains; " +
        "give one of simd, webgpu, tensorflow, any",
    ],
    [
      "webgpu, with too wide matrices",
      { backend: "webgpu", sampling: "dense", network: { width: 8192 } },
      "network.width: 8192 is not allowed where the backend webgpu draws whole matrices; " +
        "give an integer from 1 to 4,096, or the backend simd, tensorflow or any",
    ],
  ] as const) {
    it(`is said of ${what}`, () => {
      assert.deepEqual(violationsOf(input), [violation]);
    });
  }

  for (const [what, input] of [
    ["webgpu, at the widest", { backend: "webgpu", sampling: "dense", network: { width: 4096 } }],
    ["webgpu, wider without matrices", { backend: "webgpu", network: { width: 8192 } }],
    ["webgpu, of any law", { backend: "webgpu", network: lawInput("sparse_gaussian") }],
    ["tensorflow, with or without matrices", { backend: "tensorflow", network: { width: 8192 } }],
    [
      "tensorflow, with them",
      { backend: "tensorflow", sampling: "dense", network: { width: 8192 } },
    ],
    ["any, of any width", { backend: "any", sampling: "dense", network: { width: 8192 } }],
  ] as const) {
    it(`is not exceeded by ${what}`, () => {
      assert.deepEqual(violationsOf(input), []);
    });
  }

  it("decides how layers are drawn by default", () => {
    assert.equal(parse({ backend: "tensorflow" }).sampling, "isotropic");
    assert.equal(parse({ backend: "webgpu" }).sampling, "isotropic");
    assert.equal(parse({ backend: "any" }).sampling, "isotropic");
  });

  it("decides which backends compute a run of any", () => {
    const all = ["reference", "simd", "webgpu", "tensorflow"];
    assert.deepEqual(backends({}), all);
    assert.deepEqual(backends({ sampling: "dense" }), all);
    assert.deepEqual(backends({ network: lawInput("student_t") }), ["reference", "simd", "webgpu"]);
    assert.deepEqual(backends({ sampling: "dense", network: { width: 5000 } }), [
      "reference",
      "simd",
      "tensorflow",
    ]);
  });

  it("does not change the plan of shards", () => {
    assert.equal(shardSize("any"), shardSize("simd"));
    assert.equal(shardSize("webgpu"), shardSize("simd"));
  });
});
