import type { IsotropicLaw } from "../theory/layer.ts";

/**
 * The laws from which weight matrices are drawn. Independent entries have mean 0 and standard
 * deviation `gain/√width`. An orthogonal matrix is `gain · Q` with Q Haar-distributed, as in
 * `torch.nn.init`. With w an entry divided by its standard deviation:
 *
 * | law | density of w | κ₄(w) = E w⁴ − 3 |
 * | --- | --- | --- |
 * | `gaussian` | standard normal | 0 |
 * | `uniform` | 1/(2√3) on (−√3, √3): PyTorch's `kaiming_uniform_` | −6/5 |
 * | `rademacher` | ½ at −1 and at 1 | −2 |
 * | `truncated_normal` | standard normal cut at ±2 and divided by its standard deviation, 0.87962566…, as in the variance scaling of Keras and JAX | −0.6344… |
 * | `student_t` | Student's t of ν > 2 degrees of freedom, divided by √(ν/(ν−2)) | 6/(ν−4), ∞ for ν ≤ 4 |
 * | `sparse_gaussian` | 0 with probability 1 − p, else normal of variance 1/p; p is the density | 3/p − 3 |
 */
export const WEIGHT_LAWS = [
  "gaussian",
  "orthogonal",
  "uniform",
  "rademacher",
  "truncated_normal",
  "student_t",
  "sparse_gaussian",
] as const;

export type WeightLaw = (typeof WEIGHT_LAWS)[number];

/**
 * The laws whose matrices look the same from every direction: ‖W x‖ depends on x through ‖x‖ only,
 * so that closed forms exist.
 */
export const ISOTROPIC_LAWS = ["gaussian", "orthogonal"] as const satisfies readonly IsotropicLaw[];

export function isIsotropic(law: WeightLaw): law is IsotropicLaw {
  return law === "gaussian" || law === "orthogonal";
}

/** The laws that have a parameter, each with the parameter's name in a network. */
export const LAW_PARAMETERS = {
  student_t: "degreesOfFreedom",
  sparse_gaussian: "density",
} as const satisfies Partial<Record<WeightLaw, string>>;

export type LawParameter = (typeof LAW_PARAMETERS)[keyof typeof LAW_PARAMETERS];

/** The name of a law's parameter; undefined if the law has none. */
export function parameterOf(law: unknown): LawParameter | undefined {
  return law === "student_t" || law === "sparse_gaussian" ? LAW_PARAMETERS[law] : undefined;
}

/** An object that may have law parameters among its fields. */
type Parameters = { readonly [parameter in LawParameter]?: number | undefined };

/** The law parameters that are given. */
export function lawParameters({ degreesOfFreedom, density }: Parameters): {
  readonly [parameter in LawParameter]?: number;
} {
  return {
    ...(degreesOfFreedom !== undefined && { degreesOfFreedom }),
    ...(density !== undefined && { density }),
  };
}

/** A law with its parameter, for people to read: `student_t(ν=5)`. */
export function lawLabel(weights: string, { degreesOfFreedom, density }: Parameters): string {
  if (degreesOfFreedom !== undefined) return `${weights}(ν=${degreesOfFreedom})`;
  return density === undefined ? weights : `${weights}(p=${density})`;
}

/**
 * The ways to propagate replicas. `dense` draws a real matrix for every layer. `isotropic` draws
 * only the layer's norm from its exact law, a binomial and two chi-squares; this law exists because
 * Gaussian and Haar matrices look the same from every direction.
 */
export const SAMPLINGS = ["dense", "isotropic"] as const;

export type Sampling = (typeof SAMPLINGS)[number];
