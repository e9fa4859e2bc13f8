import assert from "node:assert/strict";
import { parameterOf, type WeightLaw } from "../../../../shared/network/weights.ts";
import { keyOfSeed, rowsOfStrip } from "../../../../shared/random/stream.ts";
import { rowsOf } from "../../../../worker/backends/webgpu/wgsl/rows.ts";
import { doubleSingle } from "../../../../worker/backends/webgpu/wgsl/doubleSingle.ts";
import { PHILOX } from "../../../../worker/backends/webgpu/wgsl/philox.ts";
import { STATE } from "../../../../worker/backends/webgpu/wgsl/state.ts";
import { STRIP } from "../../../../worker/backends/webgpu/wgsl/strip.ts";
import { knownAnswers, real, relativeError, seed } from "../../../shared/random/knownAnswers.ts";
import { computeWords, floats } from "./computeWords.ts";
import { SOFTWARE_ARITHMETIC } from "./softwareArithmetic.ts";
import { onSoftwareDevice, openSoftwareDevice, type SoftwareDevice } from "./softwareDevice.ts";

/** Laws whose entries are computed in double-single; the others are exact. */
const ROUNDED: readonly string[] = ["truncated_normal", "student_t"];

/** Computes W x for x = (0, …, 1, …, 0), which shows one entry of W. */
const ENTRY_OF_PRODUCT = /* wgsl */ `
  let width = input[first + 5u];
  wanted = input[first + 7u];
  enterStrip(
    vec4<u32>(input[first], input[first + 1u], input[first + 3u], 0u),
    input[first + 2u],
    input[first + 4u],
  );
  var entry = vec2<f32>(0.0, 0.0);
  for (var row = 0u; row <= input[first + 6u]; row++) {
    var sums = NO_COLUMNS;
    addColumns(&sums, 0u, width);
    entry = endRow(sums);
  }
  output[at] = bitcast<u32>(entry.x);
  output[at + 1u] = bitcast<u32>(entry.y);
`;

onSoftwareDevice.describe("rows of weights in WGSL", () => {
  let opened: SoftwareDevice;
  before(async () => {
    opened = await openSoftwareDevice();
  });
  after(async () => opened.close());

  const byNetwork = Map.groupBy(knownAnswers("entry"), ([weights, parameter]) =>
    [weights, parameter].join(" "),
  );
  for (const [name, answers] of byNetwork) {
    it(`have the known entries: ${name}`, async () => {
      const [weights, parameter] = name.split(" ") as [WeightLaw, string];
      const law = {
        weights,
        ...(parameter !== "-" && { [parameterOf(weights) as string]: real(parameter) }),
      };
      const network = { ...law, width: 1, depth: 1, gain: 1, negativeSlope: 0 };
      const found = await computeWords(opened.device, {
        functions: [
          doubleSingle(SOFTWARE_ARITHMETIC),
          PHILOX,
          STRIP,
          STATE,
          "var<private> wanted: u32;",
          "fn inputAt(column: u32) -> vec2<f32> { return vec2<f32>(f32(column == wanted), 0.0); }",
          rowsOf(network).code,
        ].join("\n"),
        body: ENTRY_OF_PRODUCT,
        input: answers.map(([, , key, ...fields]) => {
          const [layer, replica, width, row, column] = fields.map(real) as [
            number,
            number,
            number,
            number,
            number,
          ];
          const rows = rowsOfStrip(width);
          const strip = Math.floor(row / rows);
          return [...keyOfSeed(seed(key)), layer, replica, strip, width, row % rows, column];
        }),
        outputWords: 2,
      });
      for (const [i, fields] of answers.entries()) {
        const [high, low] = floats(found[i] as Uint32Array) as unknown as [number, number];
        const expected = real(fields.at(-1));
        const error = relativeError(high + low, expected);
        assert.ok(
          error <= (ROUNDED.includes(weights) ? 3e-13 : 0),
          `${fields.join(" ")}: ${error}`,
        );
      }
    });
  }
});
