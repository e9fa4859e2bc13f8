import type { Bar } from "./bars.ts";
import type { Case } from "./cases.ts";
import { ratios } from "./statistics.ts";

/** The rates of a contender on a law and a width, one for each round. */
export interface Rates extends Case {
  /** Replica-layers a second of processor time. */
  readonly replicaLayerRates: readonly number[];
}

const BAR_WIDTHS = [32, 128, 512];

/** The bars for the kernels: beside the peers, and for isotropic ones across widths. */
export function kernelBars(measured: readonly Rates[]): Bar[] {
  const find = (contender: string, weights: string, width: number, sampling = "dense") =>
    measured.find(
      (rates) =>
        rates.contender === contender &&
        rates.weights === weights &&
        rates.width === width &&
        rates.sampling === sampling,
    )?.replicaLayerRates ?? [];
  const beside = (weights: string, width: number, rivals: readonly string[], least: number) => {
    const theirs = rivals.map((rival) => find(rival, weights, width));
    const known = theirs.every((rates) => rates.length > 0);
    const best = known
      ? (theirs[0] ?? []).map((_, round) => Math.max(...theirs.map((rates) => rates[round] ?? NaN)))
      : [];
    const ours = known ? find("simd", weights, width) : [];
    const name = `${weights}, width ${width} ÷ ${rivals.join(" or ")}`;
    return { name, least, ratios: ratios(ours, best) };
  };
  const flat = (weights: string): Bar => ({
    name: `isotropic ${weights}, width 4096 ÷ width 64`,
    least: 0.7,
    ratios: ratios(
      find("simd", weights, 4096, "isotropic"),
      find("simd", weights, 64, "isotropic"),
    ),
  });
  return [
    beside("gaussian", 8, ["torch"], 2.5),
    ...BAR_WIDTHS.map((width) => beside("gaussian", width, ["torch"], 3.5)),
    ...BAR_WIDTHS.map((width) => beside("uniform", width, ["torch", "numpy"], 3)),
    ...BAR_WIDTHS.map((width) => beside("rademacher", width, ["numpy"], 10)),
    flat("gaussian"),
    flat("orthogonal"),
  ];
}
