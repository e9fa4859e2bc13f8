/** Says of each seed that several runs of a sweep have what follows from it; nothing of others. */
export function repeatedSeeds(seeds: readonly bigint[]): readonly string[] {
  const counts = new Map<bigint, number>();
  for (const seed of seeds) counts.set(seed, (counts.get(seed) ?? 0) + 1);
  const repeated = [...counts].filter(([, count]) => count > 1);
  const [first] = repeated;
  if (first === undefined) return [];
  const [seed, count] = first;
  const others = repeated.length === 1 ? "" : `, and ${repeated.length - 1} more seeds repeat`;
  return [
    `${count} runs have the seed ${seed}${others}: they draw the same random numbers, so their ` +
      `errors are not independent; leave out seed, and each run gets its own from firstSeed on`,
  ];
}
