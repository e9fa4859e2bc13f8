// Products with matrices of ±1, entry j of a row being −1 where bit j mod 32, from the highest, of
// its word ⌊j/32⌋ is set. The sixteen sums ±x₀ ±x₁ ±x₂ ±x₃ of each four columns of a word are made
// once for many rows, to each of which they are then one addition (the method of four Russians).

import { halfBytes, rowsAtOnce, rowsOfStrip, rowWords, width, words } from "./memory";
import { drawWords, enterStrip } from "./strip";
import { GROUP, storeSplats, VECTOR } from "./vector";

/** Sums smaller than this, 2⁻⁴⁴, have cancelled (shared/random/layerProduct.ts). */
const CANCELLED: usize = memory.data(16, 16);
storeSplats<f64>(CANCELLED, [5.684341886080802e-14]);

/** Columns of a word. */
const COLUMNS: i32 = 32;

/** The sums of one replica for the columns of a word, four and four, 128 bytes each. */
const SUMS: usize = memory.data(8 * 128, 16);

@inline
function element(x: usize, column: i32): f64 {
  return column < width ? load<f64>(x + VECTOR * <usize>column) : 0;
}

/** Makes the sums for the columns from `column` on: a set bit stands for −1, the highest for x₀. */
function makeSums(x: usize, column: i32): void {
  let at = SUMS;
  const end = SUMS + 128 * <usize>min(8, (width - column + 3) >> 2);
  for (; at < end; at += 128, column += 4) {
    const x0 = element(x, column);
    const x1 = element(x, column + 1);
    const x2 = element(x, column + 2);
    const x3 = element(x, column + 3);
    const same = f64x2(x2 + x3, x2 - x3);
    const opposite = f64x2(x3 - x2, -x2 - x3);
    for (let high: usize = 0; high < 4; high++) {
      const pair = f64x2.splat((high & 2 ? -x0 : x0) + (high & 1 ? -x1 : x1));
      v128.store(at + 32 * high, f64x2.add(pair, same));
      v128.store(at + 32 * high, f64x2.add(pair, opposite), VECTOR);
    }
  }
  memory.fill(at, 0, SUMS + 8 * 128 - at);
}

/** The sum for the columns of a word. */
@inline
function sumOf(bits: u32): f64 {
  const even0 = load<f64>((bits >> 25) & 0x78, SUMS);
  const odd0 = load<f64>((bits >> 21) & 0x78, SUMS + 128);
  const even1 = even0 + load<f64>((bits >> 17) & 0x78, SUMS + 2 * 128);
  const odd1 = odd0 + load<f64>((bits >> 13) & 0x78, SUMS + 3 * 128);
  const even2 = even1 + load<f64>((bits >> 9) & 0x78, SUMS + 4 * 128);
  const odd2 = odd1 + load<f64>((bits >> 5) & 0x78, SUMS + 5 * 128);
  const even3 = even2 + load<f64>((bits >> 1) & 0x78, SUMS + 6 * 128);
  const odd3 = odd2 + load<f64>((bits << 3) & 0x78, SUMS + 7 * 128);
  return even3 + odd3;
}

/** Computes `rows` rows of z = W x for one replica, from the words drawn. */
@inline
function multiplyLane(rows: i32, word: usize, x: usize, z: usize): void {
  const end = z + VECTOR * <usize>rows;
  for (let column = 0; column < width; column += COLUMNS, word += VECTOR) {
    makeSums(x, column);
    let at = word;
    if (column == 0) {
      for (let out = z; out < end; out += VECTOR, at += VECTOR * <usize>rowWords) {
        store<f64>(out, sumOf(load<u32>(at)));
      }
    } else {
      for (let out = z; out < end; out += VECTOR, at += VECTOR * <usize>rowWords) {
        store<f64>(out, load<f64>(out) + sumOf(load<u32>(at)));
      }
    }
  }
}

/** Replaces sums that have cancelled by zero. */
@inline
function clean(rows: i32, z: usize): void {
  for (const end = z + VECTOR * <usize>rows; z < end; z += VECTOR) {
    const sum = v128.load(z);
    v128.store(z, v128.and(sum, f64x2.ge(f64x2.abs(sum), v128.load(CANCELLED))));
  }
}

/** Computes rows firstRow … endRow − 1 of z = W x; firstRow must begin a strip. */
export function multiplySigns(
  replica: u32,
  layer: u32,
  firstRow: i32,
  endRow: i32,
  x: usize,
  z: usize,
): void {
  for (let first = firstRow; first < endRow; first += rowsAtOnce) {
    const end = min(first + rowsAtOnce, endRow);
    let out = words;
    for (let row = first; row < end; row += rowsOfStrip) {
      enterStrip(replica, layer, row / rowsOfStrip);
      out = drawWords(out, min(rowsOfStrip, end - row) * rowWords);
    }
    const firstZ = z + VECTOR * <usize>first;
    for (let lane: usize = 0; lane < <usize>GROUP; lane++) {
      const offset = halfBytes() * (lane >> 1) + 8 * (lane & 1);
      multiplyLane(end - first, words + 4 * lane, x + offset, firstZ + offset);
    }
    clean(end - first, firstZ);
    clean(end - first, firstZ + halfBytes());
  }
}
