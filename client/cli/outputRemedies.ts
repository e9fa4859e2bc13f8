/** Codes of the system for a disk, or a quota, that has no room. */
const NO_ROOM: ReadonlySet<string | undefined> = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);

/** What a person can do where an answer could not be written. */
export function remedyFor({ code }: NodeJS.ErrnoException): string {
  return NO_ROOM.has(code) ? "make room there, or write it elsewhere" : "write it elsewhere";
}
