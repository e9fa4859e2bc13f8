import leven from "leven";

/** The name that was probably meant by one that does not exist, if any is near enough. */
export function suggestion(name: string, known: readonly string[]): string | undefined {
  const plain = bare(name);
  const [nearest] = known
    .map((candidate) => ({ candidate, distance: leven(plain, bare(candidate)) }))
    .toSorted((a, b) => a.distance - b.distance);
  // More letters that differ than agree make another word.
  return nearest !== undefined && nearest.distance < plain.length / 2
    ? nearest.candidate
    : undefined;
}

/** Capitals, hyphens and underscores differ between the languages in which fields are written. */
function bare(name: string): string {
  return name.replace(/[-_ ]/g, "").toLowerCase();
}
