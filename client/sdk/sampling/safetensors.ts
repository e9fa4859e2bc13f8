/** A tensor of a file, without its numbers. */
export interface TensorEntry {
  readonly name: string;
  readonly shape: readonly number[];
}

const BYTES_PER_FLOAT32 = 4;
const ALIGNMENT = 8;

/**
 * The beginning of a file in the format safetensors, up to the numbers: the length of a header, 8 bytes,
 * and the header, JSON. The numbers of the tensors, float32 and little-endian, follow one another in
 * the order of the entries.
 *
 * Source: the format's description in https://github.com/huggingface/safetensors.
 *
 * @param metadata texts about the file as a whole
 */
export function safetensorsHeader(
  entries: readonly TensorEntry[],
  metadata: Readonly<Record<string, string>>,
): Buffer {
  let end = 0;
  const tensors = entries.map(({ name, shape }) => {
    const begin = end;
    end += BYTES_PER_FLOAT32 * shape.reduce((product, size) => product * size, 1);
    return [name, { dtype: "F32", shape, data_offsets: [begin, end] }] as const;
  });
  const json = JSON.stringify({ __metadata__: metadata, ...Object.fromEntries(tensors) });
  const bytes = Buffer.byteLength(json);
  // Spaces behind the JSON let the numbers begin at a multiple of eight bytes.
  const length = ALIGNMENT * Math.ceil(bytes / ALIGNMENT);
  const header = Buffer.alloc(8 + length, " ");
  header.writeBigUInt64LE(BigInt(length), 0);
  header.write(json, 8);
  return header;
}

/** The bytes of numbers as a file has them, whatever this machine's own order is. */
export function float32Bytes(numbers: Float32Array): Uint8Array {
  const bytes = Buffer.alloc(BYTES_PER_FLOAT32 * numbers.length);
  for (const [i, number] of numbers.entries()) bytes.writeFloatLE(number, BYTES_PER_FLOAT32 * i);
  return bytes;
}
