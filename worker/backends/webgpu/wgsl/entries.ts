import type { Network } from "../../../../shared/network/network.ts";
import { keepingWords } from "../../../../shared/random/entries.ts";
import { singleLiteral } from "./doubleSingle.ts";
import { functions } from "./functions.ts";
import { NORMAL_32 } from "./normal32.ts";
import { studentTEntry } from "./studentT.ts";
import { truncatedNormalEntry } from "./truncatedNormal.ts";

/**
 * WGSL for two entries of a row, drawn from its next words: `nextEntries() -> vec4<f32>` is each in
 * turn as a high and a low part. What an entry is, shared/random/entries.ts tells. After
 * doubleSingle.ts and strip.ts.
 */
export interface Entries {
  readonly code: string;
  /** Whether the low parts are all zero: entries are float32. */
  readonly single: boolean;
  /**
   * Operations that an entry takes, counted in its WGSL: what a device that fuses multiply-adds and
   * needs no guards does for it, conversions, shifts, comparisons and choices included.
   */
  readonly operations: number;
}

const GAUSSIAN: Entries = {
  single: true,
  operations: 37,
  code: /* wgsl */ `
${NORMAL_32}

fn nextEntries() -> vec4<f32> {
  let word0 = nextWord();
  let entries = normals32(word0, nextWord());
  return vec4<f32>(entries.x, 0.0, entries.y, 0.0);
}
`,
};

/** Entries on (−1, 1), never rounded. */
const UNIFORM: Entries = {
  single: false,
  operations: 21,
  code: /* wgsl */ `
fn uniformEntry(word: u32) -> vec2<f32> {
  return scaleByPowerOfTwo(fromInteger(word | 1u), ${singleLiteral(2 ** -31)});
}

fn nextEntries() -> vec4<f32> {
  let entry = uniformEntry(nextWord());
  return vec4<f32>(entry, uniformEntry(nextWord()));
}
`,
};

/** Normals, or 0: two words make a pair of normals, and each of two others keeps one of them. */
function sparseGaussian(density: number): Entries {
  const lastKeepingWord = keepingWords(density) - 1;
  return {
    single: true,
    operations: 50,
    code: /* wgsl */ `
${NORMAL_32}

fn nextEntries() -> vec4<f32> {
  let word0 = nextWord();
  let entries = normals32(word0, nextWord());
  let kept0 = nextWord() <= ${lastKeepingWord}u;
  let kept1 = nextWord() <= ${lastKeepingWord}u;
  return vec4<f32>(select(0.0, entries.x, kept0), 0.0, select(0.0, entries.y, kept1), 0.0);
}
`,
  };
}

/** Standard normals cut at ±2, an entry a word. */
function truncatedNormal(): Entries {
  return {
    single: false,
    operations: 420,
    code: /* wgsl */ `
${truncatedNormalEntry()}

fn nextEntries() -> vec4<f32> {
  let entry = truncatedNormal(nextWord());
  return vec4<f32>(entry, truncatedNormal(nextWord()));
}
`,
  };
}

/** Student's t, an entry three words. */
function studentT(degreesOfFreedom: number): Entries {
  return {
    single: false,
    operations: 620,
    code: /* wgsl */ `
${functions()}
${studentTEntry(degreesOfFreedom)}

fn nextEntry() -> vec2<f32> {
  let word0 = nextWord();
  let word1 = nextWord();
  return studentT(word0, word1, nextWord());
}

fn nextEntries() -> vec4<f32> {
  let entry = nextEntry();
  return vec4<f32>(entry, nextEntry());
}
`,
  };
}

/**
 * The entries of a network whose rows are drawn in pairs of entries.
 *
 * @throws RangeError if they are not
 */
export function entriesOf({ weights, degreesOfFreedom, density }: Network): Entries {
  switch (weights) {
    case "gaussian":
      return GAUSSIAN;
    case "uniform":
      return UNIFORM;
    case "sparse_gaussian":
      return sparseGaussian(density ?? NaN);
    case "truncated_normal":
      return truncatedNormal();
    case "student_t":
      return studentT(degreesOfFreedom ?? NaN);
    case "rademacher":
    case "orthogonal":
      throw new RangeError(`${weights}: no pairs of entries make a row`);
  }
}
