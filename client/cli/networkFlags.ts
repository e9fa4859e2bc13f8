import type { Command } from "commander";

import { NAMED_GAINS } from "../../shared/network/gains.ts";
import { ISOTROPIC_LAWS, SAMPLINGS, WEIGHT_LAWS } from "../../shared/network/weights.ts";
import { PROPAGATION_RUN_BACKENDS } from "../../shared/kinds/propagation/propagationBackends.ts";
import { RUN_DEFAULTS } from "../sdk/runInput.ts";
import { typed, typedList } from "./readers.ts";

/** Adds the flags that describe a network. */
export function addNetworkFlags(command: Command): Command {
  return command
    .option(
      "--width <units>",
      "units per layer: 1 to 1,000,000, or to 65,536 where whole matrices are drawn",
      typed,
    )
    .option("--depth <layers>", "layers, 1 to 10,000,000", typed, RUN_DEFAULTS.depth)
    .option(
      "--negative-slope <number>",
      "slope of the Leaky ReLU for negative inputs; 0 is ReLU",
      typed,
      RUN_DEFAULTS.negativeSlope,
    )
    .option(
      "--weights <law>",
      `law of the weights: ${WEIGHT_LAWS.join(", ")}`,
      RUN_DEFAULTS.weights,
    )
    .option("--degrees-of-freedom <number>", "ν of student_t, above 2", typed)
    .option("--density <probability>", "p of sparse_gaussian, from 2⁻²⁰ to 1", typed)
    .option("--gain <gain>", `a number, or ${NAMED_GAINS.join(", ")}`, typed, RUN_DEFAULTS.gain);
}

/** Adds the flags that say when a run stops: by default after a number of replicas. */
export function addStoppingFlags(command: Command): Command {
  return addRuleFlags(command, `random networks to propagate (default: ${RUN_DEFAULTS.replicas})`);
}

/** Adds the flags that say when a run that is there already stops; one of them must be given. */
export function addExtensionFlags(command: Command): Command {
  return addRuleFlags(command, "random networks to propagate in all");
}

function addRuleFlags(command: Command, ofReplicas: string): Command {
  return command
    .option("--replicas <count>", ofReplicas, typed)
    .option("--precision <error>", "instead of --replicas: stop at this standard error of λ̂", typed)
    .option("--variance-precision <error>", "stop at this standard error of σ̂²", typed)
    .option(
      "--minimum-replicas <count>",
      "replicas to propagate before the precision is checked (default: 1024)",
      typed,
    )
    .option(
      "--maximum-replicas <count>",
      "replicas at which to stop, precision reached or not (default: 4294967296)",
      typed,
    );
}

/** Adds the flags of a whole run: its network, when it stops, and how it is simulated. */
export function addRunFlags(command: Command): Command {
  return addStoppingFlags(addNetworkFlags(command))
    .option("--seed <integer>", "equal seeds give equal bits", String(RUN_DEFAULTS.seed))
    .option(
      "--sampling <way>",
      `how layers are drawn: ${SAMPLINGS.join(", ")} (default: isotropic for ` +
        `${ISOTROPIC_LAWS.join(" and ")} weights, at the same cost for every width; else, and with tensorflow, dense)`,
    )
    .option(
      "--backend <name>",
      `backend: ${PROPAGATION_RUN_BACKENDS.join(", ")}, which takes whatever a worker has (default: simd)`,
    )
    .option(
      "--checkpoints <depths>",
      "depths at which to keep sums, such as 10,100 (default: powers of two)",
      typedList,
    )
    .option(
      "--burn-in <layers>",
      "first layers, whose growth is left out (default: by the weights)",
      typed,
    )
    .option("--level <probability>", "coverage of the intervals (default: 0.95)", typed)
    .option("--display-name <text>", "name to show to people");
}
