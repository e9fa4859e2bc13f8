import { crc32 } from "node:zlib";

import type { ReplicaSums, ShardPartial } from "../../shared/statistics/replicaSums.ts";
import { deserializePartial, serializePartial } from "../../shared/wire/partialMessages.ts";
import { reasonOf } from "../../shared/wire/reason.ts";

/** "LYPA" as bytes; a version, a checksum and the message `lyapunov.v1.Partial` follow. */
const MAGIC = Buffer.from("LYPA");
const VERSION = 1;
const VERSION_OFFSET = MAGIC.length;
/** Where the message's CRC-32 is, as zlib computes it, little-endian. */
const CHECKSUM_OFFSET = VERSION_OFFSET + 1;
const MESSAGE_OFFSET = CHECKSUM_OFFSET + 4;

/** A record in the ledger is not what was written there. */
export class CorruptRecord extends Error {
  override readonly name = "CorruptRecord";
}

/** Encodes a partial for the ledger: magic, version, checksum, message. */
export function encodePartial(partial: ShardPartial): Buffer {
  const message = serializePartial(partial);
  const header = Buffer.alloc(MESSAGE_OFFSET);
  MAGIC.copy(header);
  header.writeUInt8(VERSION, VERSION_OFFSET);
  header.writeUInt32LE(crc32(message), CHECKSUM_OFFSET);
  return Buffer.concat([header, message]);
}

/** The checksum that an encoded partial carries; null if the bytes are too few for one. */
export function checksumIn(bytes: Buffer): number | null {
  return bytes.length < MESSAGE_OFFSET ? null : bytes.readUInt32LE(CHECKSUM_OFFSET);
}

/** @throws CorruptRecord saying what is wrong with the bytes */
export function decodePartial(bytes: Buffer): ShardPartial {
  if (bytes.length < MESSAGE_OFFSET || !bytes.subarray(0, VERSION_OFFSET).equals(MAGIC)) {
    throw new CorruptRecord("it does not begin like a partial");
  }
  const version = bytes.readUInt8(VERSION_OFFSET);
  if (version !== VERSION) {
    throw new CorruptRecord(`its version is ${version}; this coordinator reads ${VERSION}`);
  }
  const message = bytes.subarray(MESSAGE_OFFSET);
  if (crc32(message) !== checksumIn(bytes)) {
    throw new CorruptRecord("its checksum is wrong");
  }
  try {
    return deserializePartial(message);
  } catch (error) {
    // A matching checksum proves little: anyone who can write to the ledger can compute one.
    throw new CorruptRecord(`it is not a partial: ${reasonOf(error)}`, { cause: error });
  }
}

/** Encodes the sums of several shards in the form of a partial. */
export function encodeSums(sums: ReplicaSums): Buffer {
  return encodePartial({ ...sums, backend: "", generator: "", firstReplica: 0 });
}

/** @throws CorruptRecord saying what is wrong with the bytes */
export function decodeSums(bytes: Buffer): ReplicaSums {
  const { replicaCount, observables, checkpoints, champion } = decodePartial(bytes);
  return { replicaCount, observables, checkpoints, ...(champion && { champion }) };
}
