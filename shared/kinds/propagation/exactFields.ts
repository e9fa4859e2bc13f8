import { isIsotropicNetwork, type Network } from "../../network/network.ts";
import { exactExponents, type ExactExponents } from "../../theory/exact.ts";
import type { Run } from "../../wire/generated/lyapunov/v1/Run.ts";

/** Keeps closed forms, which watchers of a run ask for several times a second. */
const known = new WeakMap<Network, ExactExponents>();

/** The closed forms of a network; undefined where there are none. */
export function exactOf(network: Network): ExactExponents | undefined {
  if (!isIsotropicNetwork(network)) return undefined;
  const exact = known.get(network) ?? exactExponents(network);
  known.set(network, exact);
  return exact;
}

/** The closed forms of a network, in the form of a message. */
export function exactFields(network: Network): Pick<Run, "exact"> {
  const exact = exactOf(network);
  return { exact: exact === undefined ? null : exactMessage(exact) };
}

function exactMessage(exact: ExactExponents): NonNullable<Run["exact"]> {
  const { survivors } = exact;
  return {
    extinct: exact.extinct,
    extinctionProbability: exact.extinctionProbability,
    ...(exact.lyapunovExponent !== null && { lyapunovExponent: exact.lyapunovExponent }),
    ...(exact.variance !== null && { variance: exact.variance }),
    ...(exact.criticalGain !== null && { criticalGain: exact.criticalGain }),
    ...(exact.thirdCumulant !== null && { thirdCumulant: exact.thirdCumulant }),
    ...(exact.fourthCumulant !== null && { fourthCumulant: exact.fourthCumulant }),
    survivors,
  };
}
