/** Whole numbers from `first` on. */
export interface Range {
  readonly first: number;
  readonly count: number;
}

/** Puts ascending whole numbers into ranges without gaps, each of `most` numbers at most. */
export function rangesOf(ascending: readonly number[], most: number): Range[] {
  const ranges: { first: number; count: number }[] = [];
  for (const number of ascending) {
    const last = ranges.at(-1);
    if (last !== undefined && last.first + last.count === number && last.count < most) last.count++;
    else ranges.push({ first: number, count: 1 });
  }
  return ranges;
}
