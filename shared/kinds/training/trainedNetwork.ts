import { uniformCriticalGain } from "../../initialization/uniformGain.ts";
import type { Network } from "../../network/network.ts";
import { readNetwork, type NetworkInput } from "../../network/networkInput.ts";
import { refused, type FieldReader } from "../../specification/violations.ts";

/**
 * How far a number may be from the tabulated gain beside whose name it stands, relatively. Tables
 * grow more precise from version to version, and a run keeps the number that it was created with.
 */
const TABLE_TOLERANCE = 0.01;

/**
 * Reads the network of a training. Unlike a propagation, which would find the critical gain by itself,
 * it takes the gain `lyapunov` of uniform weights from the table of initializations.
 */
export function readTrainedNetwork(reader: FieldReader, input: NetworkInput | undefined): Network {
  const tabulated = tabulatedGain(input);
  if (input === undefined || tabulated === undefined) return readNetwork(reader, input);
  const { namedGain: _, gain: given, ...rest } = input;
  const isNumber = typeof given === "number";
  if (isNumber && Math.abs(given - tabulated) > TABLE_TOLERANCE * tabulated) {
    reader.refuse(
      "network.gain",
      `${refused(given)} together with the named gain lyapunov, which is ${tabulated}; ` +
        `give only one of them`,
    );
  }
  const gain = isNumber ? given : tabulated;
  return { ...readNetwork(reader, { ...rest, gain }), namedGain: "lyapunov" };
}

/** The critical gain of uniform weights, if it is asked for by its name. */
function tabulatedGain(input: NetworkInput | undefined): number | undefined {
  const { weights, namedGain, gain, width, negativeSlope } = input ?? {};
  if (weights !== "uniform" || (namedGain ?? gain) !== "lyapunov") return undefined;
  if (typeof width !== "number" || !Number.isInteger(width) || width < 1) return undefined;
  if (typeof negativeSlope !== "number" || !Number.isFinite(negativeSlope)) return undefined;
  return uniformCriticalGain(width, negativeSlope).gain;
}
