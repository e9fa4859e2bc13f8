import type { Network } from "../../network/network.ts";
import { WEIGHT_LAWS, type Sampling, type WeightLaw } from "../../network/weights.ts";
import type { BackendName, RunBackend } from "../../specification/backends.ts";
import { refused, type FieldReader } from "../../specification/violations.ts";
import { count } from "../../text/counts.ts";
import {
  canPropagateAtAll,
  PROPAGATION_BACKENDS,
  type PropagationBackend,
} from "./propagationBackends.ts";

/** What a backend can propagate. */
interface Capability {
  readonly laws: readonly WeightLaw[];
  readonly samplings: readonly Sampling[];
  /** Largest width of a layer whose whole matrix is drawn; absent where only memory limits it. */
  readonly maximumDenseWidth?: number;
}

const EVERYTHING: Capability = { laws: WEIGHT_LAWS, samplings: ["isotropic", "dense"] };

const CAPABILITIES: Readonly<Record<PropagationBackend, Capability>> = {
  reference: EVERYTHING,
  simd: EVERYTHING,
  webgpu: { ...EVERYTHING, maximumDenseWidth: 4096 },
  tensorflow: {
    ...EVERYTHING,
    laws: ["gaussian", "uniform", "truncated_normal", "rademacher", "orthogonal"],
  },
};

/** What decides whether a backend can do a run. */
interface Asked {
  readonly network: Pick<Network, "weights" | "width">;
  readonly sampling: Sampling;
}

/** The backends that can do the run: for `any`, all that are able to, and otherwise its own. */
export function backendsFor(
  specification: Asked & { readonly backend: RunBackend },
): readonly BackendName[] {
  const { backend } = specification;
  return backend === "any" ? ableBackends(specification) : [backend];
}

function ableBackends(asked: Asked): readonly BackendName[] {
  return PROPAGATION_BACKENDS.filter((name) => canPropagate(name, asked));
}

/** True if the backend can propagate such networks. */
export function canPropagate(backend: BackendName, { network, sampling }: Asked): boolean {
  if (!canPropagateAtAll(backend)) return false;
  const { laws, samplings, maximumDenseWidth = Infinity } = CAPABILITIES[backend];
  const isNarrow = sampling === "isotropic" || network.width <= maximumDenseWidth;
  return laws.includes(network.weights) && samplings.includes(sampling) && isNarrow;
}

/** True if the backend can leave the matrices of isotropic laws out. */
export function hasIsotropicSampling(backend: RunBackend): boolean {
  return !canPropagateAtAll(backend) || CAPABILITIES[backend].samplings.includes("isotropic");
}

/** Refuses what the run's backend cannot do, and says which other one can. */
export function refuseUnable(reader: FieldReader, backend: RunBackend, asked: Asked): void {
  if (!canPropagateAtAll(backend)) return;
  const { laws, samplings, maximumDenseWidth = Infinity } = CAPABILITIES[backend];
  const { network, sampling } = asked;
  const able = ableBackends(asked).filter((name) => name !== "reference");
  const other = `or the backend ${able.join(", ")} or any`;
  if (!laws.includes(network.weights)) {
    reader.refuse(
      "network.weights",
      `${refused(network.weights)} with the backend ${backend}; ` +
        `give one of ${laws.join(", ")}, ${other}`,
    );
  }
  if (!samplings.includes(sampling)) {
    reader.refuse(
      "sampling",
      `${refused(sampling)} with the backend ${backend}; give ${samplings.join(" or ")}, ${other}`,
    );
  }
  if (sampling === "dense" && network.width > maximumDenseWidth) {
    reader.refuse(
      "network.width",
      `${refused(network.width)} where the backend ${backend} draws whole matrices; ` +
        `give an integer from 1 to ${count(maximumDenseWidth)}, ${other}`,
    );
  }
}
