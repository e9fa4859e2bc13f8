/**
 * A table that draws Binomial(trials, ½) from two words, at a cost independent of the trials.
 *
 * It uses Walker's alias method (Walker 1977; tables by Vose 1991). The top bits of word 0 choose a
 * column, so that the number of columns is a power of two and the choice exactly uniform. The other
 * bits of word 0, followed by word 1, make a fraction of 2⁶⁴. If it is below the column's
 * threshold, the outcome is the column's own, otherwise its alias.
 */
export interface BinomialTable {
  readonly trials: number;
  /** The outcome of column 0; column i has the outcome `firstOutcome + i`. */
  readonly firstOutcome: number;
  /** Logarithm to base 2 of the number of columns, at least 1. */
  readonly columnBits: number;
  /** Thresholds in units of 2⁻⁶⁴, each a pair of words: high, low. */
  readonly thresholds: Uint32Array;
  /** For each column, the outcome (not the column) that takes the rest of it. */
  readonly aliases: Uint32Array;
}

/** Outcomes in a tail whose total probability is below this are left out. */
const NEGLIGIBLE_TAIL = 2 ** -64;

/**
 * The probabilities of the outcomes firstOutcome, firstOutcome + 1, …, computed from the ratios of
 * neighbours outwards from the mode. Only + − × ÷ are used, so that all machines get the same bits.
 *
 * @internal exported for tests
 */
export function binomialProbabilities(trials: number): {
  firstOutcome: number;
  probabilities: number[];
} {
  const mode = Math.floor(trials / 2);
  // Beyond the mode the ratios only shrink, so a term this small bounds the tail behind it by
  // less than √trials times itself; 2⁻⁸⁰ is far below the 2⁻⁶⁴ that is cut in the end.
  const falling = (start: number): number[] => {
    const weights = [];
    let weight = 1;
    for (let k = start; k < trials && weight > 2 ** -80; k++) {
      weight *= (trials - k) / (k + 1);
      weights.push(weight);
    }
    return weights;
  };
  const above = falling(mode);
  // By symmetry the weights below the mode are those above trials − mode.
  const below = falling(trials - mode);
  const weights = [...below.toReversed(), 1, ...above];
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const probabilities = weights.map((weight) => weight / total);
  const cutBelow = negligibleTerms(probabilities);
  const cutAbove = negligibleTerms(probabilities.toReversed());
  return {
    firstOutcome: mode - below.length + cutBelow,
    probabilities: probabilities.slice(cutBelow, probabilities.length - cutAbove),
  };
}

/** How many leading terms together stay below the negligible tail. */
function negligibleTerms(probabilities: readonly number[]): number {
  let tail = 0;
  return probabilities.findIndex((probability) => (tail += probability) >= NEGLIGIBLE_TAIL);
}

/** Builds the table for Binomial(trials, ½), trials ≥ 1. */
export function binomialTable(trials: number): BinomialTable {
  const { firstOutcome, probabilities } = binomialProbabilities(trials);
  const columnBits = Math.max(1, Math.ceil(Math.log2(probabilities.length)));
  const columns = 2 ** columnBits;
  const shares = Array.from({ length: columns }, (_, i) => (probabilities[i] ?? 0) * columns);
  const thresholds = new Uint32Array(2 * columns);
  const aliases = Uint32Array.from(shares, (_, column) => firstOutcome + column);

  const small: number[] = [];
  const large: number[] = [];
  shares.forEach((share, column) => (share < 1 ? small : large).push(column));
  while (small.length > 0 && large.length > 0) {
    const column = small.pop() as number;
    const donor = large.at(-1) as number;
    const share = shares[column] as number;
    const high = Math.floor(share * 2 ** 32);
    thresholds[2 * column] = high;
    thresholds[2 * column + 1] = Math.floor((share * 2 ** 32 - high) * 2 ** 32);
    aliases[column] = firstOutcome + donor;
    const rest = (shares[donor] as number) + share - 1;
    shares[donor] = rest;
    if (rest < 1) small.push(large.pop() as number);
  }
  // The remaining columns are full except for rounding; each is its own alias, so that its
  // threshold does not matter.
  return { trials, firstOutcome, columnBits, thresholds, aliases };
}

/** Draws an outcome from two words. */
export function binomial(table: BinomialTable, word0: number, word1: number): number {
  const { columnBits } = table;
  const column = word0 >>> (32 - columnBits);
  const fractionHigh = ((word0 << columnBits) | (word1 >>> (32 - columnBits))) >>> 0;
  const fractionLow = (word1 << columnBits) >>> 0;
  const high = table.thresholds[2 * column] as number;
  const low = table.thresholds[2 * column + 1] as number;
  const own = fractionHigh < high || (fractionHigh === high && fractionLow < low);
  return own ? table.firstOutcome + column : (table.aliases[column] as number);
}
