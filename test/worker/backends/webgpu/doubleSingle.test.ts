import assert from "node:assert/strict";
import {
  doubleSingle,
  doubleSingleLiteral,
  FUSED,
  SPLIT,
} from "../../../../worker/backends/webgpu/wgsl/doubleSingle.ts";
import { Stream } from "../../../../shared/random/stream.ts";
import { computeWords, floats } from "./computeWords.ts";
import { SOFTWARE_ARITHMETIC } from "./softwareArithmetic.ts";
import { onSoftwareDevice, openSoftwareDevice, type SoftwareDevice } from "./softwareDevice.ts";

const COUNT = 20_000;
const { fround, sqrt } = Math;

/** The code for devices that fuse, with a multiply-add that rounds once put in for theirs. */
const FUSED_HERE = [
  doubleSingle({ fused: true, guarded: true }).replaceAll("fma(", "emulatedMultiplyAdd("),
  SPLIT.replaceAll("multiplyAddOnce(", "emulatedMultiplyAdd(")
    .replaceAll("twoProduct(", "splitProduct(")
    .replaceAll("squareRootOnce(", "splitRoot("),
].join("");

const VARIANTS = [
  ["with products that are split", doubleSingle(SOFTWARE_ARITHMETIC)],
  ["with a fused multiply-add", FUSED_HERE],
] as const;

/** A normalised double-single, from 2⁻²⁰ to 2²⁰ in size and of either sign. */
function numberOf(nextWord: () => number): [high: number, low: number] {
  const size = 2 ** ((nextWord() % 41) - 20);
  const word = nextWord();
  const high = fround((1 + (word >>> 9) * 2 ** -23) * size * ((word & 1) === 1 ? -1 : 1));
  // A significand of 24 bits, below half a unit in the last place; float64 holds the sum.
  const low = ((nextWord() >>> 8) - 2 ** 23) * 2 ** -48 * size;
  return [high, fround(low * 0.9)];
}

function bitsOf(...values: number[]): number[] {
  return [...new Uint32Array(Float32Array.from(values).buffer)];
}

onSoftwareDevice.describe("double-singles", () => {
  let opened: SoftwareDevice;
  before(async () => {
    opened = await openSoftwareDevice();
  });
  after(async () => opened.close());

  const nextWord = new Stream(1n).words(0, 1);
  const pairs = Array.from({ length: COUNT }, () => [...numberOf(nextWord), ...numberOf(nextWord)]);

  /** High and low parts of what an expression of double-singles a and b is for each pair. */
  const partsOf = async (functions: string, expression: string): Promise<Float32Array[]> => {
    const found = await computeWords(opened.device, {
      functions,
      body: /* wgsl */ `
        let a = vec2<f32>(bitcast<f32>(input[first]), bitcast<f32>(input[first + 1u]));
        let b = vec2<f32>(bitcast<f32>(input[first + 2u]), bitcast<f32>(input[first + 3u]));
        let result = ${expression};
        output[at] = bitcast<u32>(result.x);
        output[at + 1u] = bitcast<u32>(result.y);`,
      input: pairs.map((pair) => bitsOf(...pair)),
      outputWords: 2,
    });
    return found.map(floats);
  };

  for (const [name, functions] of VARIANTS) {
    describe(name, () => {
      const operations: [string, bits: number, (a: number, b: number) => number][] = [
        ["add(a, b)", 43, (a, b) => a + b],
        ["subtract(a, b)", 43, (a, b) => a - b],
        ["addSingle(a, b.x)", 43, (a, b) => a + fround(b)],
        ["multiply(a, b)", 45, (a, b) => a * b],
        ["multiplySingle(a, b.x)", 45, (a, b) => a * fround(b)],
        ["square(a)", 45, (a) => a * a],
        ["divide(a, b)", 44, (a, b) => a / b],
        ["squareRoot(a * sign(a.x))", 44, (a) => sqrt(Math.abs(a))],
        ["negate(a)", 53, (a) => -a],
      ];
      for (const [expression, bits, exact] of operations) {
        // Sums that cancel keep 2⁻⁴⁸ of the larger term: here 43 bits of the smallest sum.
        it(`${expression} has ${bits} bits, and a low part below half a unit`, async () => {
          const parts = await partsOf(functions, expression);
          for (const [i, [high, low]] of (parts as unknown as [number, number][]).entries()) {
            const [a, aLow, b, bLow] = pairs[i] as [number, number, number, number];
            const truth = exact(a + aLow, b + bLow);
            const terms = expression.startsWith("add") || expression.startsWith("sub");
            const size = terms ? Math.max(Math.abs(truth), Math.abs(a) * 2 ** -5) : Math.abs(truth);
            assert.ok(
              Math.abs(high + low - truth) <= size * 2 ** -bits,
              `${a} ${b}: ${high + low}`,
            );
            assert.equal(fround(high + low), high);
          }
        });
      }

      it("sums and products of float32 are exact", async () => {
        for (const [expression, exact] of [
          ["twoProduct(a.x, b.x)", (a: number, b: number) => a * b],
          // Of sizes so near that float64 holds the sum.
          ["twoSum(a.x, b.x * 0.0078125)", (a: number, b: number) => a + b / 128],
        ] as const) {
          const parts = await partsOf(functions, expression);
          for (const [i, [high, low]] of (parts as unknown as [number, number][]).entries()) {
            const [a, , b] = pairs[i] as [number, number, number, number];
            if (Math.abs(Math.log2(Math.abs(a / b))) > 20) continue;
            assert.equal(high + low, exact(a, b), `${expression} of ${a} and ${b}`);
          }
        }
      });

      it("multiply-adds are rounded once, also where almost all cancels", async () => {
        for (const [c, negated] of [
          ["b.y", (a: number, b: number, low: number) => fround(a * b + low)],
          ["-guard(a.x * b.x)", (a: number, b: number) => a * b - fround(a * b)],
        ] as const) {
          const parts = await partsOf(functions, `vec2<f32>(multiplyAddOnce(a.x, b.x, ${c}), 0.0)`);
          for (const [i, [found]] of (parts as unknown as [number][]).entries()) {
            const [a, , b, low] = pairs[i] as [number, number, number, number];
            assert.equal(found, negated(a, b, low));
          }
        }
      });

      it("square roots of float32 are rounded right", async () => {
        const powers = Array.from({ length: 80 }, (_, i) => bitsOf(2 ** (i - 60))[0] as number);
        const words = powers.flatMap((word) => [word - 1, word, word + 1]);
        // All exponents from 2⁻⁶⁰ to 2²⁰.
        const least = powers[0] as number;
        const random = Array.from({ length: 200_000 }, () => least + (nextWord() % (80 * 2 ** 23)));
        const input = [...words, ...random].map((word) => [word]);
        const found = await computeWords(opened.device, {
          functions,
          body: "output[at] = bitcast<u32>(squareRootOnce(bitcast<f32>(input[first])));",
          input,
          outputWords: 1,
        });
        for (const [i, word] of input.entries()) {
          const a = floats(Uint32Array.from(word))[0] as number;
          const root = floats(found[i] as Uint32Array)[0];
          assert.equal(root, fround(sqrt(a)), `the root of ${a}`);
        }
      });
    });
  }

  it("come from whole words exactly", async () => {
    const words = [
      0, 1, 2, 0xffff, 0x10000, 0x10001, 0x7fffffff, 0x80000000, 0xffff0001, 0xffffffff,
    ];
    for (const [call, exact] of [
      ["fromWord", (word: number) => word],
      ["fromInteger", (word: number) => word | 0],
    ] as const) {
      const found = await computeWords(opened.device, {
        functions: doubleSingle(SOFTWARE_ARITHMETIC),
        body: /* wgsl */ `
          let result = ${call}(input[first]);
          output[at] = bitcast<u32>(result.x);
          output[at + 1u] = bitcast<u32>(result.y);`,
        input: words.map((word) => [word]),
        outputWords: 2,
      });
      const sums = found.map((parts) => floats(parts).reduce((sum, part) => sum + part, 0));
      assert.deepEqual(sums, words.map(exact));
    }
  });
});

describe("WGSL of double-singles", () => {
  it("has literals for the high and the low part of a number", () => {
    const found = /^vec2<f32>\((.+)f, (.+)f\)$/u.exec(doubleSingleLiteral(Math.PI));
    const [high, low] = [Number(found?.[1]), Number(found?.[2])];
    assert.equal(high, fround(Math.PI));
    assert.ok(Math.abs(high + low - Math.PI) < 2 ** -47);
  });

  it("uses the device's multiply-add only where it fuses", () => {
    assert.match(FUSED, /\bfma\(/u);
    assert.doesNotMatch(doubleSingle({ fused: false, guarded: false }), /\bfma\(/u);
  });
});
