// The words of a strip for four replicas, by sfc32: shared/random/stream.ts and sfc32.ts.

import { philoxOfReplicas } from "./philox";
import { GROUP, VECTOR, xor } from "./vector";

/** The states a, b, c and counter of four replicas, and of the next four. */
const STATE: usize = memory.data(4 * 16, 16);
const NEXT_STATE: usize = memory.data(4 * 16, 16);

/** Goes to the beginning of a strip of four replicas. */
export function enterStrip(firstReplica: u32, layer: u32, strip: u32): void {
  philoxOfReplicas(STATE, strip, 0, firstReplica, layer);
}

/** Goes to the beginnings of the strips of four replicas and of the next four. */
export function enterTwoStrips(firstReplica: u32, layer: u32, strip: u32): void {
  enterStrip(firstReplica, layer, strip);
  philoxOfReplicas(NEXT_STATE, strip, 0, firstReplica + GROUP, layer);
}

@inline
function nextA(b: v128): v128 {
  return xor(b, i32x4.shr_u(b, 9));
}

@inline
function nextB(c: v128): v128 {
  return i32x4.add(c, i32x4.shl(c, 3));
}

@inline
function nextC(c: v128, word: v128): v128 {
  return i32x4.add(v128.or(i32x4.shl(c, 21), i32x4.shr_u(c, 11)), word);
}

@inline
function nextCounter(counter: v128): v128 {
  return i32x4.sub(counter, i32x4.splat(-1));
}

/** Stores the next `count` words at `out`, a vector each, and returns where they end. */
export function drawWords(out: usize, count: i32): usize {
  const end = out + VECTOR * <usize>count;
  let a = v128.load(STATE);
  let b = v128.load(STATE, VECTOR);
  let c = v128.load(STATE, 2 * VECTOR);
  let counter = v128.load(STATE, 3 * VECTOR);
  while (out < end) {
    const word = i32x4.add(i32x4.add(a, counter), b);
    v128.store(out, word);
    a = nextA(b);
    b = nextB(c);
    c = nextC(c, word);
    counter = nextCounter(counter);
    out += VECTOR;
  }
  v128.store(STATE, a);
  v128.store(STATE, b, VECTOR);
  v128.store(STATE, c, 2 * VECTOR);
  v128.store(STATE, counter, 3 * VECTOR);
  return end;
}

/**
 * Stores the next `count` words of two strips, a vector each, at `out` and at `nextOut`. A word of
 * sfc32 waits for the one before it: two sequences together take three quarters of the time.
 */
export function drawTwice(out: usize, nextOut: usize, count: i32): void {
  let a = v128.load(STATE);
  let b = v128.load(STATE, VECTOR);
  let c = v128.load(STATE, 2 * VECTOR);
  let counter = v128.load(STATE, 3 * VECTOR);
  let nextStripA = v128.load(NEXT_STATE);
  let nextStripB = v128.load(NEXT_STATE, VECTOR);
  let nextStripC = v128.load(NEXT_STATE, 2 * VECTOR);
  let nextStripCounter = v128.load(NEXT_STATE, 3 * VECTOR);
  for (const end = out + VECTOR * <usize>count; out < end; out += VECTOR, nextOut += VECTOR) {
    const word = i32x4.add(i32x4.add(a, counter), b);
    v128.store(out, word);
    a = nextA(b);
    b = nextB(c);
    c = nextC(c, word);
    counter = nextCounter(counter);
    const nextWord = i32x4.add(i32x4.add(nextStripA, nextStripCounter), nextStripB);
    v128.store(nextOut, nextWord);
    nextStripA = nextA(nextStripB);
    nextStripB = nextB(nextStripC);
    nextStripC = nextC(nextStripC, nextWord);
    nextStripCounter = nextCounter(nextStripCounter);
  }
  v128.store(STATE, a);
  v128.store(STATE, b, VECTOR);
  v128.store(STATE, c, 2 * VECTOR);
  v128.store(STATE, counter, 3 * VECTOR);
  v128.store(NEXT_STATE, nextStripA);
  v128.store(NEXT_STATE, nextStripB, VECTOR);
  v128.store(NEXT_STATE, nextStripC, 2 * VECTOR);
  v128.store(NEXT_STATE, nextStripCounter, 3 * VECTOR);
}
