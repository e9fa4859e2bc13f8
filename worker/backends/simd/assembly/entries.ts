// Rows of independent entries, from words to products with x.

import { Law, law } from "./law";
import { entries, halfBytes, pairsOf } from "./memory";
import { fillNormals32 } from "./normal32";
import { fillSparseGaussians } from "./sparseGaussian";
import { fillStudentTs } from "./studentT";
import { fillTruncatedNormals } from "./truncatedNormal";
import { multiplyAdd, storeSplats, upper, VECTOR } from "./vector";

const ODD: usize = memory.data(16, 16);
storeSplats<u32>(ODD, [1]);

/** How the entries of a group are stored. */
enum Form {
  /** Float32. */
  Single,
  /** Words: the odd number next to one, read as a signed integer, is the entry. */
  Word,
}

/** A vector of four entries, for `lower` to widen. */
@inline
function entriesAt(form: Form, at: usize): v128 {
  return form == Form.Word ? v128.or(v128.load(at), v128.load(ODD)) : v128.load(at);
}

/** Lanes 0 and 1, in float64. */
@inline
function lower(form: Form, x: v128): v128 {
  return form == Form.Word ? f64x2.convert_low_i32x4_s(x) : f64x2.promote_low_f32x4(x);
}

/** Reads z, or returns 0 where nothing is to be added to it. */
@inline
function sumAt(z: usize, begins: bool): v128 {
  return begins ? f64x2.splat(0) : v128.load(z);
}

/** Adds at z the scalar product of `bytes` of a row at `row` and x, both halves at once. */
@inline
function multiplyRow(
  form: Form,
  row: usize,
  bytes: usize,
  begins: bool,
  x: usize,
  z: usize,
): void {
  const offset = halfBytes();
  let sum0 = sumAt(z, begins);
  let sum1 = f64x2.splat(0);
  let upperSum0 = sumAt(z + offset, begins);
  let upperSum1 = sum1;
  for (const end = x + bytes; x < end; x += 2 * VECTOR, row += 2 * VECTOR) {
    const entries0 = entriesAt(form, row);
    const entries1 = entriesAt(form, row + VECTOR);
    sum0 = multiplyAdd<f64>(lower(form, entries0), v128.load(x), sum0);
    sum1 = multiplyAdd<f64>(lower(form, entries1), v128.load(x, VECTOR), sum1);
    const upperX = x + offset;
    upperSum0 = multiplyAdd<f64>(lower(form, upper(entries0)), v128.load(upperX), upperSum0);
    upperSum1 = multiplyAdd<f64>(lower(form, upper(entries1)), v128.load(upperX, VECTOR), upperSum1);
  }
  v128.store(z, f64x2.add(sum0, sum1));
  v128.store(z + offset, f64x2.add(upperSum0, upperSum1));
}

/** Adds at z the scalar products of two rows with x, which is read once for both. */
@inline
function multiplyTwoRows(
  form: Form,
  row: usize,
  bytes: usize,
  begins: bool,
  x: usize,
  z: usize,
): void {
  const offset = halfBytes();
  let sum0 = sumAt(z, begins);
  let sum1 = f64x2.splat(0);
  let sum2 = sumAt(z + VECTOR, begins);
  let sum3 = sum1;
  let upperSum0 = sumAt(z + offset, begins);
  let upperSum1 = sum1;
  let upperSum2 = sumAt(z + offset + VECTOR, begins);
  let upperSum3 = sum1;
  for (const end = x + bytes; x < end; x += 2 * VECTOR, row += 2 * VECTOR) {
    const entries0 = entriesAt(form, row);
    const entries1 = entriesAt(form, row + VECTOR);
    const next = row + bytes;
    const entries2 = entriesAt(form, next);
    const entries3 = entriesAt(form, next + VECTOR);
    const x0 = v128.load(x);
    const x1 = v128.load(x, VECTOR);
    sum0 = multiplyAdd<f64>(lower(form, entries0), x0, sum0);
    sum1 = multiplyAdd<f64>(lower(form, entries1), x1, sum1);
    sum2 = multiplyAdd<f64>(lower(form, entries2), x0, sum2);
    sum3 = multiplyAdd<f64>(lower(form, entries3), x1, sum3);
    const upperX = x + offset;
    const upperX0 = v128.load(upperX);
    const upperX1 = v128.load(upperX, VECTOR);
    upperSum0 = multiplyAdd<f64>(lower(form, upper(entries0)), upperX0, upperSum0);
    upperSum1 = multiplyAdd<f64>(lower(form, upper(entries1)), upperX1, upperSum1);
    upperSum2 = multiplyAdd<f64>(lower(form, upper(entries2)), upperX0, upperSum2);
    upperSum3 = multiplyAdd<f64>(lower(form, upper(entries3)), upperX1, upperSum3);
  }
  v128.store(z, f64x2.add(sum0, sum1));
  v128.store(z, f64x2.add(sum2, sum3), VECTOR);
  v128.store(z + offset, f64x2.add(upperSum0, upperSum1));
  v128.store(z + offset, f64x2.add(upperSum2, upperSum3), VECTOR);
}

/** Adds at z the scalar product of `bytes` of half a row of float64 and half of x. */
@inline
function multiplyHalfRow(row: usize, bytes: usize, begins: bool, x: usize, z: usize): void {
  let sum0 = sumAt(z, begins);
  let sum1 = f64x2.splat(0);
  for (const end = x + bytes; x < end; x += 2 * VECTOR, row += 2 * VECTOR) {
    sum0 = multiplyAdd<f64>(v128.load(row), v128.load(x), sum0);
    sum1 = multiplyAdd<f64>(v128.load(row, VECTOR), v128.load(x, VECTOR), sum1);
  }
  v128.store(z, f64x2.add(sum0, sum1));
}

@inline
function multiplyRows(
  form: Form,
  row: usize,
  rows: i32,
  bytes: usize,
  begins: bool,
  x: usize,
  z: usize,
): void {
  let i = 1;
  for (; i < rows; i += 2, row += 2 * bytes, z += 2 * VECTOR) {
    multiplyTwoRows(form, row, bytes, begins, x, z);
  }
  if (i == rows) multiplyRow(form, row, bytes, begins, x, z);
}

/** The entries of laws that are computed in float64, half after half. */
@inline
function multiplyHalves(
  begin: usize,
  end: usize,
  rows: i32,
  bytes: usize,
  begins: bool,
  x: usize,
  z: usize,
): void {
  for (let half: usize = 0; half < 2; half++) {
    if (law == Law.StudentT) fillStudentTs(begin, end, half);
    else fillTruncatedNormals(begin, end, half);
    const offset = halfBytes() * half;
    let row = entries;
    for (let i = 0; i < rows; i++, row += bytes) {
      multiplyHalfRow(row, bytes, begins, x + offset, z + offset + VECTOR * i);
    }
  }
}

/**
 * Multiplies another x with rows that `multiplyDrawn` was given just before. Laws that keep their
 * entries need not make them again.
 */
export function multiplyAgain(
  begin: usize,
  end: usize,
  rows: i32,
  columns: i32,
  begins: bool,
  x: usize,
  z: usize,
): void {
  if (law != Law.Gaussian && law != Law.SparseGaussian) {
    multiplyDrawn(begin, end, rows, columns, begins, x, z);
    return;
  }
  const bytes: usize = 2 * VECTOR * <usize>pairsOf(columns);
  multiplyRows(Form.Single, entries, rows, bytes, begins, x, z);
}

/**
 * Stores at z the products of `columns` elements of x and as many entries of each of `rows` rows,
 * or adds them to z where this does not begin a row. The rows' words are from `begin` to `end`.
 */
export function multiplyDrawn(
  begin: usize,
  end: usize,
  rows: i32,
  columns: i32,
  begins: bool,
  x: usize,
  z: usize,
): void {
  const bytes: usize = 2 * VECTOR * <usize>pairsOf(columns);
  switch (law) {
    case Law.Gaussian:
      fillNormals32(begin, end, 2);
      multiplyRows(Form.Single, entries, rows, bytes, begins, x, z);
      break;
    case Law.SparseGaussian:
      fillSparseGaussians(begin, end);
      multiplyRows(Form.Single, entries, rows, bytes, begins, x, z);
      break;
    case Law.Uniform:
      // A row of words is as long as one of entries.
      multiplyRows(Form.Word, begin, rows, bytes, begins, x, z);
      break;
    default:
      multiplyHalves(begin, end, rows, bytes, begins, x, z);
  }
}
