import { rowsOfStrip, STRIP_ENTRIES } from "../../../../shared/random/stream.ts";

/** Most normals of a replica to keep at a time. */
const KEPT_NORMALS = 65_536;

/** How the rows of a wide layer are drawn: some strips at a time, which are then applied. */
export interface Chunks {
  readonly stripsPerChunk: number;
  readonly rowsPerChunk: number;
  /** The first row of each chunk. */
  readonly firstRows: readonly number[];
}

/** WGSL for `stripsPerChunk` of a width; after ../dense/networkBuffer.ts. */
export const CHUNKS = /* wgsl */ `
fn rowsOfStrip() -> u32 {
  return max(1u, ${STRIP_ENTRIES}u / network.width);
}

fn stripsPerChunk() -> u32 {
  let strips = (network.width + rowsOfStrip() - 1u) / rowsOfStrip();
  return min(strips, max(1u, ${KEPT_NORMALS}u / (rowsOfStrip() * network.width)));
}
`;

export function chunksOf(width: number): Chunks {
  const stripRows = rowsOfStrip(width);
  const strips = Math.ceil(width / stripRows);
  const kept = Math.max(1, Math.floor(KEPT_NORMALS / (stripRows * width)));
  const stripsPerChunk = Math.min(strips, kept);
  const rowsPerChunk = stripsPerChunk * stripRows;
  const count = Math.ceil(width / rowsPerChunk);
  const firstRows = Array.from({ length: count }, (_, chunk) => chunk * rowsPerChunk);
  return { stripsPerChunk, rowsPerChunk, firstRows };
}
