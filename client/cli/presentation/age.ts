import type { Timestamp__Output } from "../../../shared/wire/generated/google/protobuf/Timestamp.ts";
import { ABSENT } from "../../../shared/charts/formats.ts";

/** Units of an age in seconds, the largest first. */
const UNITS = [
  [86_400, "d"],
  [3600, "h"],
  [60, "min"],
  [1, "s"],
] as const;

/**
 * How long ago something was created, in the largest unit that fits: `42 s`, `17 min`, `5 h`, `12 d`.
 *
 * @param now milliseconds since 1970; another machine's clock may be behind
 */
export function age(createTime: Timestamp__Output | null, now: number): string {
  if (createTime === null) return ABSENT;
  const seconds = Math.max(0, Math.floor(now / 1000 - Number(createTime.seconds)));
  const [size, unit] = UNITS.find(([least]) => seconds >= least) ?? UNITS[3];
  return `${Math.floor(seconds / size)} ${unit}`;
}
