import type { Network } from "../../../../shared/network/network.ts";
import { singleLiteral } from "./doubleSingle.ts";
import { type Entries, entriesOf } from "./entries.ts";

/**
 * WGSL for the product of a row of W with x: `addColumns` adds the products of some columns, drawn
 * from the row's next words, and `endRow` is the row's unit of z. The kernel declares
 * `inputAt(column: u32) -> vec2<f32>`, a unit of x, and
 * 0 for the column after an odd width. Columns are taken in multiples of 32. After doubleSingle.ts and strip.ts.
 */
export interface Rows {
  readonly code: string;
  /** Operations that an entry and its product take, as entries.ts counts them. */
  readonly operations: number;
}

const SUMS = /* wgsl */ `
// Sums of even and of odd columns, high and low: two sums wait less than one.
struct RowSums {
  even: vec2<f32>,
  odd: vec2<f32>,
}

const NO_COLUMNS = RowSums(vec2<f32>(0.0, 0.0), vec2<f32>(0.0, 0.0));

fn rowSum(sums: RowSums) -> vec2<f32> {
  let high = twoSum(sums.even.x, sums.odd.x);
  return twoSum(high.x, guard(high.y + guard(sums.even.y + sums.odd.y)));
}
`;

/** Rows of independent entries, drawn in pairs. */
function entryRows({ code, single, operations }: Entries): Rows {
  return {
    operations: operations + (single ? 14 : 16),
    code: /* wgsl */ `
${code}
${SUMS}

fn addProduct(sum: vec2<f32>, entry: vec2<f32>, x: vec2<f32>) -> vec2<f32> {
  let product = twoProduct(entry.x, x.x);
  let high = twoSum(sum.x, product.x);
  let rest = fma(entry.x, x.y, product.y)${single ? "" : " + entry.y * x.x"};
  return vec2<f32>(high.x, guard(sum.y + guard(high.y + rest)));
}

fn addColumns(sums: ptr<function, RowSums>, begin: u32, end: u32) {
  for (var column = begin; column < end; column += 2u) {
    let entries = nextEntries();
    (*sums).even = addProduct((*sums).even, entries.xy, inputAt(column));
    (*sums).odd = addProduct((*sums).odd, entries.zw, inputAt(column + 1u));
  }
}

fn endRow(sums: RowSums) -> vec2<f32> {
  return rowSum(sums);
}
`,
  };
}

/** Sums of ±x smaller than this have cancelled (shared/random/layerProduct.ts). */
const CANCELLED = 2 ** -44;

/**
 * Sums this small, and not cancelled, may be what rounding left of sums that have: a replica with
 * such a sum is doubted. Few have one by chance.
 */
const NEARLY_CANCELLED = 2 ** -38;

/** Rows of ±1: entry j is −1 where bit j mod 32, from the highest, of its word is set. */
const SIGN_ROWS: Rows = {
  operations: 17,
  code: /* wgsl */ `
${SUMS}

fn addColumns(sums: ptr<function, RowSums>, begin: u32, end: u32) {
  for (var first = begin; first < end; first += 32u) {
    var word = nextWord();
    for (var column = first; column < min(first + 32u, end); column++) {
      let sign = vec2<u32>(word & 0x80000000u);
      let x = bitcast<vec2<f32>>(bitcast<vec2<u32>>(inputAt(column)) ^ sign);
      let high = twoSum((*sums).even.x, x.x);
      (*sums).even = vec2<f32>(high.x, guard((*sums).even.y + guard(high.y + x.y)));
      word <<= 1u;
    }
  }
}

fn endRow(sums: RowSums) -> vec2<f32> {
  let z = rowSum(sums);
  if (abs(z.x) < ${singleLiteral(CANCELLED)}) { return vec2<f32>(0.0, 0.0); }
  if (abs(z.x) < ${singleLiteral(NEARLY_CANCELLED)}) { doubt = true; }
  return z;
}
`,
};

/** The rows of a network with independent entries. */
export function rowsOf(network: Network): Rows {
  return network.weights === "rademacher" ? SIGN_ROWS : entryRows(entriesOf(network));
}
