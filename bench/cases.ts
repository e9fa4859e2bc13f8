import { PROCESSOR_BACKENDS, type ProcessorBackend } from "../shared/specification/backends.ts";
import type { Network } from "../shared/network/network.ts";
import {
  ISOTROPIC_LAWS,
  type Sampling,
  WEIGHT_LAWS,
  type WeightLaw,
} from "../shared/network/weights.ts";
import { LAWS, type Law, type Library } from "./peers.ts";

export const WIDTHS = [8, 32, 128, 512];
const ISOTROPIC_WIDTHS = [64, 4096, 1_000_000];

/** NumPy with a trick for random signs, a contender beside plain NumPy; see peers.py. */
const PACKED = "numpy, packed bits";

export type Contender = ProcessorBackend | Library | typeof PACKED;

/** A law, a width and a sampling that one contender is timed on. */
export interface Case {
  readonly contender: Contender;
  readonly weights: WeightLaw;
  readonly sampling: Sampling;
  readonly width: number;
}

export interface OwnCase extends Case {
  readonly contender: ProcessorBackend;
}

export interface PeerCase extends Case {
  readonly weights: Law;
  readonly library: Library;
  readonly packed: boolean;
}

/** All cases in the order of their turns: contenders on one law and width follow each other. */
export function cases(widths: readonly number[], libraries: readonly Library[]): Case[] {
  const sampling = "dense";
  const dense = WEIGHT_LAWS.flatMap((weights) =>
    widths.flatMap((width): Case[] => [
      { contender: "simd", weights, sampling, width },
      ...(isShared(weights) ? peerCases(weights, width, libraries) : []),
    ]),
  );
  const isotropic = ISOTROPIC_LAWS.flatMap((weights) =>
    ISOTROPIC_WIDTHS.map((width): Case => {
      return { contender: "simd", weights, sampling: "isotropic", width };
    }),
  );
  const reference = [...dense, ...isotropic]
    .filter(({ contender }) => contender === "simd")
    .map((ours): Case => ({ ...ours, contender: "reference" }));
  return [...dense, ...isotropic, ...reference];
}

function peerCases(weights: Law, width: number, libraries: readonly Library[]): PeerCase[] {
  return libraries.flatMap((library) => {
    const plain = { contender: library, library, weights, sampling: "dense", width } as const;
    const hasTrick = library === "numpy" && weights === "rademacher";
    return [
      { ...plain, packed: false },
      ...(hasTrick ? [{ ...plain, contender: PACKED, packed: true } as const] : []),
    ];
  });
}

export function isOurs(measured: Case): measured is OwnCase {
  return PROCESSOR_BACKENDS.some((backend) => backend === measured.contender);
}

export function isPeers(measured: Case): measured is PeerCase {
  return "library" in measured;
}

function isShared(weights: WeightLaw): weights is Law {
  return LAWS.some((law) => law === weights);
}

/** The network of a case; laws with a parameter get a usual value. */
export function networkOf({ weights, width }: Case, depth: number): Network {
  const negativeSlope = 0.01;
  return {
    width,
    depth,
    negativeSlope,
    weights,
    gain: Math.SQRT2 / Math.hypot(1, negativeSlope),
    ...(weights === "student_t" && { degreesOfFreedom: 5 }),
    ...(weights === "sparse_gaussian" && { density: 0.25 }),
  };
}
