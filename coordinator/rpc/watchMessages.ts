import type { Run } from "../../shared/wire/generated/lyapunov/v1/Run.ts";
import type { Sweep } from "../../shared/wire/generated/lyapunov/v1/Sweep.ts";
import { SimulationService } from "../../shared/wire/protocol.ts";

const { WatchRun, WatchSweep } = SimulationService.service;

/** A field of the wire type that is a length and so many bytes, by its number: WatchSweepResponse.sweep. */
const SWEEP_TAG = (1 << 3) | 2;

/** Encodes a whole WatchRunResponse. */
export function encodeRunResponse(run: Run): Buffer {
  return WatchRun.responseSerialize({ run });
}

/** Encodes a run as a part of a message for sweepResponse. */
export function encodeRunOfSweep(run: Run): Buffer {
  return fieldsOf({ runs: [run] });
}

/** Encodes all fields of a sweep but its runs as a part of a message for sweepResponse. */
export function encodeSweepHead(sweep: Sweep): Buffer {
  return fieldsOf({ ...sweep, runs: [] });
}

/**
 * Joins encoded parts of a sweep to a whole WatchSweepResponse. In the encoding of Protocol Buffers a
 * message is its fields one after the other, and a repeated field comes once for each item.
 */
export function sweepResponse(parts: readonly Buffer[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([Buffer.from([SWEEP_TAG, ...varint(length)]), ...parts]);
}

/** The encoded fields of a sweep, without the tag and the length before them. */
function fieldsOf(sweep: Sweep): Buffer {
  const message = WatchSweep.responseSerialize({ sweep });
  let start = 1;
  while (((message[start] ?? 0) & 0x80) !== 0) start += 1;
  return message.subarray(start + 1);
}

/** A length in seven bits a byte, the lowest first. */
function varint(length: number): number[] {
  const bytes: number[] = [];
  let rest = length;
  while (rest > 0x7f) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  return [...bytes, rest];
}
