import type { Kind, RunInput, RunSpecification } from "../../../shared/kinds/kind.ts";
import { Kinds } from "../../../shared/kinds/kinds.ts";
import { PROPAGATION } from "../../../shared/kinds/propagation/propagation.ts";
import type { PartialShape } from "../../../shared/shard/partialShape.ts";
import { BACKENDS } from "../../../shared/specification/backends.ts";
import { readCommonFields } from "../../../shared/specification/commonFields.ts";
import { FieldReader } from "../../../shared/specification/violations.ts";
import type { Estimates } from "../../../shared/statistics/estimate.ts";
import type { Observable } from "../../../shared/statistics/observable.ts";
import type { ReplicaSums } from "../../../shared/statistics/replicaSums.ts";
import { shortName, wireName } from "../../../shared/wire/enumerations.ts";
import type { Run } from "../../../shared/wire/generated/lyapunov/v1/Run.ts";
import type { ShardTask } from "../../../shared/wire/generated/lyapunov/v1/ShardTask.ts";
import { structFromJson, structToJson } from "../../../shared/wire/struct.ts";
import {
  stoppingRuleInputFromMessage,
  stoppingRuleToMessage,
} from "../../../shared/wire/stoppingRuleMessages.ts";

/** Number of the kind on the wire: the contract leaves numbers from 1,000 on to other kinds. */
export const COIN_NUMBER = 1000;

/** Parameters of a run of coins. */
export interface CoinParameters {
  /** Probability of heads, which the run estimates. */
  readonly bias: number;
  /** Tosses of a replica. */
  readonly tosses: number;
}

interface CoinSpecification extends RunSpecification {
  readonly parameters: CoinParameters;
}

/** Observable: the number of heads so far. */
export const HEADS: Observable = {
  name: "heads",
  sinceBurnIn: false,
  keptAt: "every_checkpoint",
  bound: (tosses) => tosses,
};

/** Observable: the number of tosses that differ from the one before. */
export const CHANGES: Observable = {
  name: "changes",
  sinceBurnIn: false,
  keptAt: "last_checkpoint",
  bound: (tosses) => tosses,
};

export const COIN_SHARD_SIZE = 64;

/** Checkpoints of a run, as numbers of tosses. */
export function coinDepths({ tosses }: CoinParameters): readonly number[] {
  return [tosses / 2, tosses];
}

const QUANTITIES = [{ name: "bias", symbol: "p̂" }] as const;

/** A kind of run that exists only in tests: tosses a coin until its bias is known to a precision. */
const COIN: Kind<CoinSpecification> = {
  name: "coin",
  wireKind: COIN_NUMBER,
  computedBy: BACKENDS,
  quantities: QUANTITIES,
  parse,
  shardSize: () => COIN_SHARD_SIZE,
  replicaWork: ({ parameters }) => parameters.tosses,
  rateKey: ({ backend }) => `${backend}/coin`,
  backends: ({ backend }) => (backend === "any" ? BACKENDS : [backend]),
  tolerance: () => 0,
  task: ({ backend, seed, parameters }) => ({
    kind: COIN_NUMBER as unknown as NonNullable<ShardTask["kind"]>,
    backend: wireName("backend", backend),
    seed: String(seed),
    parameters: structFromJson({ ...parameters }),
  }),
  partialShape,
  propagation: ({ backend, parameters }, replicaCount) => ({
    backend,
    weights: "coin",
    replicaCount,
    layerCount: replicaCount * parameters.tosses,
    weightCount: 0,
  }),
  estimates,
  inputFromMessage: (run) => ({
    seed: run.seed,
    backend: shortName("backend", run.backend),
    ...(run.stoppingRule && { stoppingRule: stoppingRuleInputFromMessage(run.stoppingRule) }),
    level: run.level === 0 ? undefined : run.level,
    displayName: run.displayName,
    parameters: structToJson(run.parameters),
  }),
  specificationFields: (specification) => ({
    ...coinRun(specification.parameters),
    displayName: specification.displayName,
    seed: String(specification.seed),
    backend: wireName("backend", specification.backend),
    stoppingRule: stoppingRuleToMessage(specification.stoppingRule),
    level: specification.level,
  }),
  estimateFields: (specification, sums) => {
    const known = sums && estimates(specification, sums);
    return known === undefined ? {} : { estimates: { ...known } };
  },
  conclusionFields: () => ({}),
  checkpointFields: () => ({}),
  chartFields: () => ({ depths: [], fluctuations: null }),
  toJSON: () => "coin",
};

/** The kinds of a coordinator that knows coins, too. */
export const KINDS_WITH_COIN = new Kinds([PROPAGATION, COIN]);

/** A run of coins as a client asks for it, without its stopping rule. */
export function coinRun(parameters: CoinParameters): Run {
  return {
    kind: COIN_NUMBER as unknown as NonNullable<Run["kind"]>,
    backend: "BACKEND_REFERENCE",
    parameters: structFromJson({ ...parameters }),
  };
}

function parse(input: RunInput): CoinSpecification {
  const reader = new FieldReader();
  const parameters = (input.parameters ?? {}) as Readonly<Record<string, unknown>>;
  const specification: CoinSpecification = {
    kind: COIN,
    ...readCommonFields(reader, input, QUANTITIES),
    parameters: {
      bias: reader.number(
        "parameters.bias",
        parameters["bias"],
        "a number within 0 and 1",
        (bias) => bias > 0 && bias < 1,
      ),
      tosses: 2 * Math.floor(reader.integer("parameters.tosses", parameters["tosses"], 2, 1e6) / 2),
    },
  };
  reader.finish();
  return specification;
}

function partialShape({ backend, parameters }: CoinSpecification): PartialShape {
  const depths = coinDepths(parameters);
  return {
    backend,
    depths,
    observables: [HEADS, CHANGES],
    sketchBinWidths: depths.map((tosses) => tosses / 64),
  };
}

/** The share of heads, with a normal interval. */
function estimates(
  { parameters, level }: CoinSpecification,
  { checkpoints }: ReplicaSums,
): Estimates | undefined {
  const last = checkpoints.at(-1);
  const heads = last?.moments[0];
  if (last === undefined || heads === undefined || last.survivorCount < 2) return undefined;
  const { tosses } = parameters;
  const estimate = heads.mean / tosses;
  const count = last.survivorCount;
  const standardError = Math.sqrt(heads.m2 / (count - 1) / count) / tosses;
  const half = 1.96 * standardError;
  return {
    bias: {
      estimate,
      standardError,
      lower: estimate - half,
      upper: estimate + half,
      level,
      method: "student_t",
    },
  };
}
