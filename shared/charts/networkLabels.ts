import { lawLabel } from "../network/weights.ts";
import { shortName } from "../wire/enumerations.ts";
import type { Run__Output } from "../wire/generated/lyapunov/v1/Run.ts";
import { ABSENT, given } from "../text/numbers.ts";

/** The network in a line: `gaussian 16×200, α 0.01, gain he`. */
export function networkLabel(run: Run__Output): string {
  const { network } = run;
  return (
    `${weightsLabel(run)} ${network?.width}×${network?.depth}, ` +
    `α ${given(network?.negativeSlope)}, gain ${gainLabel(run)}`
  );
}

/** The gain by its name, such as `he`, or as a number. */
export function gainLabel(run: Run__Output): string {
  return shortName("namedGain", run.network?.namedGain) ?? given(run.network?.gain);
}

/** The weight law, with its parameter if it has one: `gaussian`, `student_t(ν=5)`. */
export function weightsLabel({ network }: Run__Output): string {
  const law = shortName("weights", network?.weights);
  return law === undefined ? ABSENT : lawLabel(law, network ?? {});
}
