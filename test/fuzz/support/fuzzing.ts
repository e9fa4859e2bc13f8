import * as fc from "fast-check";

import { SCALE, scaled } from "../../support/tiers/scale.ts";

/** Largest scale for cases that talk to processes, which are slow. */
const MAXIMUM_DEAR_SCALE = 20;

/** Mocha's time limit for a property, which grows with the scale. */
export const TIMEOUT_MILLISECONDS = 120_000 * Math.max(1, SCALE);

/** Parameters for a number of cases; the property's own seed lets a failure be found again. */
export function cases(count: number, seed: number): fc.Parameters<unknown> {
  return { numRuns: scaled(count), seed };
}

/** Parameters for cases that take milliseconds each, whose number grows less with the scale. */
export function dearCases(count: number, seed: number): fc.Parameters<unknown> {
  return { numRuns: Math.ceil(count * Math.min(SCALE, MAXIMUM_DEAR_SCALE)), seed };
}

/** Any double; those that break comparisons and sums come more often. */
export const anyDouble: fc.Arbitrary<number> = fc.oneof(
  fc.double(),
  fc.constantFrom(0, -0, 1, -1, NaN, Infinity, -Infinity, 5e-324, 1e-300, 1.7e308, -1.7e308),
  fc.integer({ min: -10, max: 2000 }),
);

/** Any text, with halves of characters, control characters and lengths at the edge of limits. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: "binary", maxLength: 300 }),
  fc.string({ maxLength: 20 }),
  fc.constantFrom(
    "",
    "\0",
    "a\nb",
    "\u001b[2J",
    "\u2028",
    "%",
    "../..",
    "__proto__",
    "constructor",
  ),
  fc
    .tuple(fc.integer({ min: 0, max: 1100 }), fc.constantFrom("😀", "𝟙", "\ud800", "λ", "\n"))
    .map(([length, end]) => "x".repeat(length) + end + end),
);

/** Spoils bytes: cuts them, flips bits, makes lengths lie or appends more. */
export function spoiled(bytes: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Buffer> {
  const place = fc.nat(2 ** 31 - 1);
  const lie = fc.constantFrom(
    [0xff, 0xff, 0xff, 0xff, 0x0f],
    [0x80, 0x80, 0x80, 0x80, 0x08],
    [0x7f],
  );
  const spoil: fc.Arbitrary<(whole: Buffer) => Buffer> = fc.oneof(
    place.map((at) => (whole: Buffer) => whole.subarray(0, at % (whole.length + 1))),
    fc.tuple(place, fc.nat(7)).map(([at, bit]) => (whole: Buffer) => {
      const flipped = Buffer.from(whole);
      const index = at % flipped.length;
      if (flipped.length > 0) flipped.writeUInt8(flipped.readUInt8(index) ^ (1 << bit), index);
      return flipped;
    }),
    fc.tuple(place, lie).map(([at, length]) => (whole: Buffer) => {
      const cut = at % (whole.length + 1);
      return Buffer.concat([
        whole.subarray(0, cut),
        Buffer.from(length),
        whole.subarray(Math.min(whole.length, cut + 1)),
      ]);
    }),
    fc.uint8Array({ maxLength: 16 }).map((more) => (whole: Buffer) => Buffer.concat([whole, more])),
  );
  return fc
    .tuple(bytes, fc.array(spoil, { minLength: 1, maxLength: 4 }))
    .map(([whole, spoils]) =>
      spoils.reduce<Buffer>((now, change) => change(now), Buffer.from(whole)),
    );
}
