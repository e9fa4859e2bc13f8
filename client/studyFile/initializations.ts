import { defaultCandidateCount } from "../../shared/sampling/candidates.ts";

/** How the deep narrow stack of a study's networks is drawn. */
export interface Initialization {
  readonly name: string;
  readonly weights: string;
  /** A number, or the name of a gain. */
  readonly gain: number | string;
  readonly degreesOfFreedom?: number | undefined;
  readonly density?: number | undefined;
  /** Candidates of which each network is the best; 1 for none to choose from. */
  readonly candidates: number;
}

const GAINS = ["he", "xavier", "lecun", "lyapunov"] as const;
const LAWS = { normal: "gaussian", uniform: "uniform", orthogonal: "orthogonal" } as const;
const SAMPLED = "sampled_";

type Shorthand = Pick<Initialization, "weights" | "gain"> & { readonly isSampled: boolean };

/** The names that a file may give in place of weights and gain. */
const SHORTHANDS: ReadonlyMap<string, Shorthand> = new Map<string, Shorthand>([
  ...GAINS.flatMap((gain) =>
    Object.entries(LAWS).map(
      ([law, weights]) => [`${gain}_${law}`, { weights, gain, isSampled: false }] as const,
    ),
  ),
  ["pytorch_default", { weights: "uniform", gain: "pytorch", isSampled: false }],
  ...Object.entries(LAWS).map(
    ([law, weights]) =>
      [`${SAMPLED}lyapunov_${law}`, { weights, gain: "lyapunov", isSampled: true }] as const,
  ),
]);

/** Names that stand for an initialization. */
export const INITIALIZATION_NAMES: readonly string[] = [...SHORTHANDS.keys()];

/**
 * Finds what a name stands for; undefined if it stands for nothing.
 *
 * @param depth the depth, which says how many candidates are sampled
 */
export function namedInitialization(name: string, depth: number): Initialization | undefined {
  const found = SHORTHANDS.get(name);
  if (found === undefined) return undefined;
  const { isSampled, ...rest } = found;
  return { name, ...rest, candidates: isSampled ? defaultCandidateCount(depth) : 1 };
}
