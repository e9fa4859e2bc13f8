/** Lengths in bytes; see "The WAL File Format" in SQLite's documentation. */
const HEADER = 32;
const FRAME_HEADER = 24;
/** Begins every log; the last bit says in which order the checksums read their words. */
const MAGIC = 0x377f0682;
const LARGEST_PAGE = 65_536;

/** What is wrong with a write-ahead log. */
export interface LogDamage {
  /** Where the damage begins. */
  readonly byte: number;
  /**
   * True if commits follow that SQLite can no longer see. False if only the last commit is
   * concerned, which a power cut may have torn before anybody was told of it.
   */
  readonly isCertain: boolean;
}

type Sums = readonly [number, number];

interface Frame {
  readonly start: number;
  readonly isOfThisLog: boolean;
  readonly isCommit: boolean;
  /** The checksum that the frame carries. */
  readonly stored: Sums;
}

/**
 * Looks for damage in the bytes of a SQLite file's write-ahead log. SQLite itself takes the first
 * frame with a wrong checksum for the log's end, silently, and with it loses what was committed
 * afterwards.
 */
export function logDamage(log: Buffer): LogDamage | undefined {
  if (log.length < HEADER + FRAME_HEADER) return undefined;
  const magic = log.readUInt32BE(0);
  const pageSize = log.readUInt32BE(8);
  const isBigEndian = magic === MAGIC + 1;
  const sums = checksum(log.subarray(0, HEADER - 8), [0, 0], isBigEndian);
  const isHeader =
    (magic === MAGIC || isBigEndian) && pageSize <= LARGEST_PAGE && equal(sums, sumsAt(log, 24));
  // The header is on the disk before the first frame is written.
  if (!isHeader) return { byte: 0, isCertain: true };
  const frames = framesIn(log, pageSize);
  const isIntact = ({ start }: Frame, before: Sums) =>
    equal(frameSums(log, start, pageSize, before, isBigEndian), sumsAt(log, start + 16));
  let last: Sums = sums;
  const broken = frames.findIndex((frame) => {
    if (!frame.isOfThisLog || !isIntact(frame, last)) return true;
    last = frame.stored;
    return false;
  });
  if (broken === -1) return undefined;
  // Frames of an earlier log follow the last frame of this one.
  const later = frames.slice(broken).filter(({ isOfThisLog }) => isOfThisLog);
  if (later.length === 0) return undefined;
  const firstCommit = later.findIndex(({ isCommit }) => isCommit);
  // A commit is on the disk before the next one is begun, so these frames were there once.
  const isCertain = firstCommit !== -1 && firstCommit < later.length - 1;
  return { byte: (frames[broken] as Frame).start, isCertain };
}

function framesIn(log: Buffer, pageSize: number): Frame[] {
  const size = FRAME_HEADER + pageSize;
  return Array.from({ length: Math.floor((log.length - HEADER) / size) }, (_, i): Frame => {
    const start = HEADER + i * size;
    return {
      start,
      isOfThisLog: log.compare(log, 16, 24, start + 8, start + 16) === 0,
      isCommit: log.readUInt32BE(start + 4) !== 0,
      stored: sumsAt(log, start + 16),
    };
  });
}

function frameSums(
  log: Buffer,
  start: number,
  pageSize: number,
  before: Sums,
  isBigEndian: boolean,
): Sums {
  const header = checksum(log.subarray(start, start + 8), before, isBigEndian);
  const page = log.subarray(start + FRAME_HEADER, start + FRAME_HEADER + pageSize);
  return checksum(page, header, isBigEndian);
}

function checksum(bytes: Buffer, [first, second]: Sums, isBigEndian: boolean): Sums {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let i = 0; i + 8 <= bytes.length; i += 8) {
    first = (first + view.getUint32(i, !isBigEndian) + second) >>> 0;
    second = (second + view.getUint32(i + 4, !isBigEndian) + first) >>> 0;
  }
  return [first, second];
}

function sumsAt(log: Buffer, offset: number): Sums {
  return [log.readUInt32BE(offset), log.readUInt32BE(offset + 4)];
}

function equal(a: Sums, b: Sums): boolean {
  return a[0] === b[0] && a[1] === b[1];
}
