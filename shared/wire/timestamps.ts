import type { Timestamp, Timestamp__Output } from "./generated/google/protobuf/Timestamp.ts";

/** Converts a time in milliseconds since 1970 to a timestamp. */
export function timestamp(milliseconds: number): Timestamp {
  const seconds = Math.floor(milliseconds / 1000);
  return { seconds, nanos: Math.round((milliseconds - seconds * 1000) * 1e6) };
}

/** Formats a time as proto3 JSON does: `2026-11-23T14:00:00.000Z`. */
export function timestampToJson(message: Timestamp__Output): string {
  return new Date(Number(message.seconds) * 1000 + message.nanos / 1e6).toISOString();
}
