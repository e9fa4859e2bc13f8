import type { Timestamp__Output } from "../../../shared/wire/generated/google/protobuf/Timestamp.ts";
import { ABSENT } from "../../../shared/text/numbers.ts";

/** Units of an age in seconds, the largest first. */
const UNITS = [
  [86_400, "d"],
  [3600, "h"],
  [60, "min"],
  [1, "s"],
] as const;

/** How long ago something was created. */
export function age(createTime: Timestamp__Output | null, now: number): string {
  return createTime === null ? ABSENT : ageSince(1000 * Number(createTime.seconds), now);
}

/**
 * How long ago a time was, in the largest unit that fits: `42 s`, `17 min`, `5 h`, `12 d`.
 *
 * @param time milliseconds since 1970
 * @param now the same; another machine's clock may be behind
 */
export function ageSince(time: number, now: number): string {
  const seconds = Math.max(0, Math.floor((now - time) / 1000));
  const [size, unit] = UNITS.find(([least]) => seconds >= least) ?? UNITS[3];
  return `${Math.floor(seconds / size)} ${unit}`;
}
