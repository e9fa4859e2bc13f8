import { refused } from "../../shared/specification/violations.ts";
import { InvalidPageToken, type Page } from "./ledger.ts";

/**
 * The first page of a list. Its token is the name of its last record, so that records created
 * meanwhile do not shift the next page.
 *
 * @param records the page's records, and one more if there are more.
 */
export function page<Record extends { readonly name: string }>(
  records: readonly Record[],
  pageSize: number,
): Page<Record> {
  const slice = records.slice(0, pageSize);
  const more = records.length > pageSize;
  return { records: slice, nextPageToken: more ? (slice.at(-1)?.name ?? "") : "" };
}

export function invalidPageToken(pageToken: string): InvalidPageToken {
  return new InvalidPageToken(`${refused(pageToken)}; give a page token of this list`);
}
