/**
 * The laws from which weight matrices are drawn. Independent entries have standard deviation
 * `gain/√width`; an orthogonal matrix is `gain · Q` with Q Haar-distributed (the convention of
 * `torch.nn.init`).
 */
export const WEIGHT_LAWS = ["gaussian", "orthogonal"] as const;

export type WeightLaw = (typeof WEIGHT_LAWS)[number];

/**
 * How replicas of a network are propagated: `dense` draws a real matrix for every layer;
 * `isotropic` draws the layer's norm from its exact law (a binomial and two chi-squares), which
 * exists because Gaussian and Haar matrices look the same from every direction.
 */
export const SAMPLINGS = ["dense", "isotropic"] as const;

export type Sampling = (typeof SAMPLINGS)[number];
