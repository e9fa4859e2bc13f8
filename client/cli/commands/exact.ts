import type { Command } from "commander";

import { parseIsotropicNetwork } from "../../../shared/network/networkInput.ts";
import { exactExponents, type ExactExponents } from "../../../shared/theory/exact.ts";
import { isZeroExponent } from "../../../shared/statistics/zeroExponent.ts";
import { momentExponent } from "../../../shared/theory/momentExponent.ts";
import { lostDepths, normalQuantiles } from "../../../shared/theory/spread.ts";
import { counted } from "../../../shared/text/counts.ts";
import { given, significant } from "../../../shared/text/numbers.ts";
import { times } from "../../../shared/text/times.ts";
import { InputError } from "../../sdk/errors.ts";
import { networkInput, type NetworkFlags, type Typed } from "../../sdk/runInput.ts";
import { addNetworkFlags } from "../networkFlags.ts";
import { fittedFacts, type Fact } from "../presentation/fittedTable.ts";
import { outputColumns } from "../presentation/terminal.ts";
import { printJson } from "../presentation/printJson.ts";
import { typedList } from "../readers.ts";
import { print } from "../streams.ts";

/** Digits of the values that are computed; see exact.ts of the theory. */
const EXACT_DIGITS = 12;

type Flags = NetworkFlags & { readonly q: readonly Typed[]; readonly json?: boolean };

/** `lyapunov exact`. */
export function defineExact(command: Command): void {
  addNetworkFlags(command)
    .option("--q <orders>", "orders of the moment exponents Λ(q)", typedList, [1, 2, 4])
    .option("--json", "print JSON on standard output")
    .action(async () => {
      await exact(command.optsWithGlobals<Flags>());
    });
}

async function exact(flags: Flags): Promise<void> {
  const network = parseIsotropicNetwork(networkInput(flags));
  const values = exactExponents(network);
  const momentExponents = flags.q.map((q) => {
    if (typeof q !== "number" || !Number.isFinite(q)) {
      throw new InputError(`--q: '${q}' is not allowed; give numbers, such as 1,2,4`);
    }
    const value = momentExponent(q, network);
    return { q, value: Number.isFinite(value) ? value : null };
  });
  const spread = spreadOf(values, network.depth);
  if (flags.json === true) await printJson({ network, ...values, momentExponents, spread });
  else await print(`${exactTable(values, momentExponents, spread)}\n`);
}

/** How single networks are spread at the depth, about, by the central limit theorem. */
function spreadOf({ survivors, extinctionProbability, ...values }: ExactExponents, depth: number) {
  const { lyapunovExponent: exponent, variance } = survivors ?? values;
  if (exponent === null || variance === null) throw new Error("neither exponents nor survivors'");
  const deviation = Math.sqrt(variance);
  const { halfLostDepth, nineTenthsLostDepth } = lostDepths({
    exponent: isZeroExponent({ estimate: exponent, standardError: 0 }, depth) ? 0 : exponent,
    deviation,
    survival: 1 - extinctionProbability,
  });
  return {
    layerCount: depth,
    growthQuantiles: normalQuantiles({ exponent, deviation }, depth),
    method: "normal",
    halfLostDepth: halfLostDepth ?? null,
    nineTenthsLostDepth: nineTenthsLostDepth ?? null,
  };
}

function exactTable(
  values: ExactExponents,
  momentExponents: readonly { readonly q: number; readonly value: number | null }[],
  spread: ReturnType<typeof spreadOf>,
): string {
  const table: Fact[] = [];
  const shown = values.survivors ?? values;
  const of = values.survivors === null ? "" : " of survivors";
  if (values.extinct) {
    table.push(
      ["Lyapunov exponent λ", "−∞"],
      ["extinction, per layer", text(values.extinctionProbability)],
    );
  }
  table.push(
    [`Lyapunov exponent λ${of}`, text(shown.lyapunovExponent)],
    [`CLT variance σ²${of}`, text(shown.variance)],
    [`critical gain${of}`, text(shown.criticalGain)],
    [`third cumulant${of}`, text(shown.thirdCumulant)],
    [`fourth cumulant${of}`, text(shown.fourthCumulant)],
    ...spreadRows(spread, of),
    ...momentExponents.map(({ q, value }): Fact => [
      `Λ(${given(q)})`,
      value === null ? "∞" : text(value),
    ]),
  );
  return fittedFacts(table, outputColumns());
}

/** An exact value in the digits that the theory is sure of. */
function text(value: number | null): string {
  return significant(value, EXACT_DIGITS);
}

function spreadRows(
  { layerCount, growthQuantiles, halfLostDepth, nineTenthsLostDepth }: ReturnType<typeof spreadOf>,
  of: string,
): Fact[] {
  const at = (probability: number) =>
    times(growthQuantiles.find((each) => each.probability === probability)?.value ?? NaN);
  return [
    [`typical network${of}`, `about ${at(0.5)} after ${counted(layerCount, "layer")}`],
    [of === "" ? "half of all" : `half${of}`, `about ${at(0.25)} to ${at(0.75)}`],
    [`nine tenths${of}`, `about ${at(0.05)} to ${at(0.95)}`],
    ["factor 1000 lost by half", lostAt(halfLostDepth)],
    ["… by nine tenths", lostAt(nineTenthsLostDepth)],
  ];
}

function lostAt(depth: number | null): string {
  return depth === null ? "at no depth" : `after about ${counted(depth, "layer")}`;
}
