import assert from "node:assert/strict";

import {
  parseTrainingFields,
  TRAINING_BACKENDS,
  type TrainingInput,
} from "../../../../shared/kinds/training/specification.ts";
import {
  trainingInputFromMessage,
  trainingToRun,
} from "../../../../shared/kinds/training/messages.ts";
import { uniformCriticalGain } from "../../../../shared/initialization/uniformGain.ts";
import { ValidationError } from "../../../../shared/specification/violations.ts";
import type { Run } from "../../../../shared/wire/generated/lyapunov/v1/Run.ts";
import { SimulationService } from "../../../../shared/wire/protocol.ts";

const NETWORK = { width: 2, depth: 40, negativeSlope: 0.01, weights: "gaussian", gain: "he" };
const TRAINING = { task: "quintic_polynomial", learningRate: 0.01, stepCount: 400 };
const INPUT = { network: NETWORK, training: TRAINING, stoppingRule: { replicaCount: 100 } };

const { requestSerialize, requestDeserialize } = SimulationService.service.CreateRun;

/** What a coordinator reads of a run that a client has sent. */
function sent(run: Run): TrainingInput {
  const received = requestDeserialize(requestSerialize({ run })).run;
  if (received === null) throw new Error("a run was sent and none arrived");
  return trainingInputFromMessage(received);
}

/** The violations of an input, as `field: description`. */
function violations(input: TrainingInput): string[] {
  try {
    parseTrainingFields(input);
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error;
    return error.violations.map(({ field, description }) => `${field}: ${description}`);
  }
  return [];
}

describe("parseTrainingFields", () => {
  it("fills in every default", () => {
    const fields = parseTrainingFields(INPUT);
    const { network, checkpointSteps, ...rest } = fields;
    assert.deepEqual(rest, {
      training: {
        ...TRAINING,
        optimizer: "adam",
        weightDecay: 0,
        finalLearningRateRatio: 1,
        candidateCount: 1,
      },
      seed: 0n,
      backend: "simd",
      stoppingRule: { kind: "replicas", replicaCount: 100 },
      level: 0.95,
      displayName: "",
    });
    assert.equal(network.namedGain, "he");
    assert.deepEqual(
      checkpointSteps,
      Array.from({ length: 41 }, (_, i) => 10 * i),
    );
  });

  it("looks at each step of a short training, the first included", () => {
    const training = { ...TRAINING, stepCount: 3 };
    assert.deepEqual(parseTrainingFields({ ...INPUT, training }).checkpointSteps, [0, 1, 2, 3]);
  });

  it("adds the last step to those that are given, and sorts them", () => {
    const { checkpointSteps } = parseTrainingFields({ ...INPUT, checkpointSteps: [7, 0, 7] });
    assert.deepEqual(checkpointSteps, [0, 7, 400]);
  });

  for (const backend of TRAINING_BACKENDS) {
    it(`takes the backend ${backend}`, () => {
      assert.equal(parseTrainingFields({ ...INPUT, backend }).backend, backend);
    });
  }

  it("reads what it has said", () => {
    const fields = parseTrainingFields({
      network: { ...NETWORK, weights: "orthogonal", gain: "lyapunov" },
      training: {
        task: "iris",
        optimizer: "momentum",
        learningRate: 0.1,
        weightDecay: 0.01,
        finalLearningRateRatio: 0.1,
        stepCount: 50,
        candidateCount: 6,
      },
      checkpointSteps: [0, 25],
      seed: 2n ** 63n,
      backend: "reference",
      level: 0.9,
      displayName: "arm 3",
      stoppingRule: {
        precision: { targets: { medianLogTestLoss: 0.1 }, maximumReplicaCount: 2000 },
      },
    });
    assert.deepEqual(parseTrainingFields(sent(trainingToRun(fields))), fields);
  });

  it("limits replicas to those whose candidates have numbers", () => {
    const { stoppingRule } = parseTrainingFields({
      ...INPUT,
      training: { ...TRAINING, candidateCount: 4 },
      stoppingRule: { precision: { targets: { divergedShare: 0.01 } } },
    });
    assert.ok(stoppingRule.kind === "precision");
    assert.equal(stoppingRule.precision.maximumReplicaCount, 2 ** 30);
  });

  describe("takes the gain lyapunov of uniform weights from the table", () => {
    const uniform = { ...NETWORK, weights: "uniform", gain: undefined, namedGain: "lyapunov" };
    const { gain, namedGain } = parseTrainingFields({ ...INPUT, network: uniform }).network;

    it("by its name", () => {
      assert.deepEqual([gain, namedGain], [uniformCriticalGain(2, 0.01).gain, "lyapunov"]);
      const byGain = { ...NETWORK, weights: "uniform", gain: "lyapunov" };
      assert.equal(parseTrainingFields({ ...INPUT, network: byGain }).network.gain, gain);
    });

    it("and keeps the number of an earlier table", () => {
      const earlier = 1.001 * gain;
      const { network } = parseTrainingFields({ ...INPUT, network: { ...uniform, gain: earlier } });
      assert.deepEqual([network.gain, network.namedGain], [earlier, "lyapunov"]);
    });

    it("but refuses another number beside the name", () => {
      const [first = ""] = violations({ ...INPUT, network: { ...uniform, gain: 1.1 * gain } });
      assert.match(first, /^network.gain: .* together with the named gain lyapunov, which is/);
    });
  });

  it("reads what the ledger has kept of it", () => {
    const { stoppingRule: _, seed, ...fields } = parseTrainingFields(INPUT);
    const kept = JSON.parse(JSON.stringify({ ...fields, seed: String(seed) })) as TrainingInput;
    const { stoppingRule } = INPUT;
    assert.deepEqual(parseTrainingFields({ ...kept, stoppingRule }), parseTrainingFields(INPUT));
  });

  const network = (change: object) => ({ ...INPUT, network: { ...NETWORK, ...change } });
  const training = (change: object) => ({ ...INPUT, training: { ...TRAINING, ...change } });
  const refusals: readonly (readonly [TrainingInput, RegExp])[] = [
    [{ stoppingRule: INPUT.stoppingRule, network: NETWORK }, /^training: it is missing; give a/],
    [{ stoppingRule: INPUT.stoppingRule, training: TRAINING }, /^network: it is missing; give a/],
    [
      training({ task: undefined }),
      /^training.task: it is missing; give one of quintic_polynomial/,
    ],
    [training({ task: "mnist" }), /^training.task: 'mnist' is not allowed; give one of quintic/],
    [training({ optimizer: "lion" }), /^training.optimizer: 'lion' .* sgd, momentum, adam$/],
    [training({ learningRate: 0 }), /^training.learning_rate: 0 .* above 0, at most 1,000$/],
    [training({ learningRate: Infinity }), /^training.learning_rate: Infinity is not allowed/],
    [training({ weightDecay: -1 }), /^training.weight_decay: -1 is not allowed; give a number, 0/],
    [training({ weightDecay: 100 }), /^training.weight_decay: 100 .* below 1 when multiplied/],
    [
      training({ finalLearningRateRatio: 0 }),
      /^training.final_learning_rate_ratio: 0 .* at most 1/,
    ],
    [
      training({ finalLearningRateRatio: 2 }),
      /^training.final_learning_rate_ratio: 2 .* at most 1/,
    ],
    [training({ stepCount: 0 }), /^training.step_count: 0 .* integer from 1 to 1,000,000$/],
    [training({ stepCount: 1_000_001 }), /^training.step_count: 1000001 is not allowed/],
    [training({ candidateCount: 1001 }), /^training.candidate_count: 1001 .* 1 to 1,000$/],
    [
      network({ width: 257 }),
      /^network.width: 257 .* for training; give an integer from 1 to 256$/,
    ],
    [network({ depth: 1001 }), /^network.depth: 1001 .* for training; give .* 1 to 1,000$/],
    [
      network({ width: 256, depth: 17 }),
      /^network.depth: 17 .* the width is 256; give at most 16,/,
    ],
    [
      { ...network({ width: 32, depth: 1000 }), training: { ...TRAINING, stepCount: 99_999 } },
      /^training.step_count: 99999 .* with 1,024,000 weights; give at most 97,656, or a smaller/,
    ],
    [
      { ...training({ candidateCount: 100 }), stoppingRule: { replicaCount: 2 ** 26 } },
      /^training.candidate_count: 100 .* with 67,108,864 replicas, .*; give at most 64, or fewer/,
    ],
    [
      { ...INPUT, backend: "any" },
      /^backend: 'any' is not allowed; give one of reference, simd, tensorflow, tensorflow_wasm$/,
    ],
    [{ ...INPUT, backend: "webgpu" }, /^backend: 'webgpu' is not allowed; give one/],
    [{ ...INPUT, sampling: "dense" }, /^sampling: it is not allowed for training; leave it out$/],
    [{ ...INPUT, burnIn: 3 }, /^burn_in: it is not allowed for training; leave it out$/],
    [{ ...INPUT, withoutBurnIn: true }, /^without_burn_in: it is not allowed for training; leave/],
    [
      { ...INPUT, checkpointDepths: [4] },
      /^checkpoint_depths: .*; give training.checkpoint_steps$/,
    ],
    [{ ...INPUT, parameters: {} }, /^parameters: it is not allowed for training; leave it out$/],
    [
      { ...INPUT, checkpointSteps: [401] },
      /^training.checkpoint_steps\[0\]: 401 .* from 0 to 400$/,
    ],
    [
      { ...INPUT, checkpointSteps: Array.from({ length: 65 }, (_, i) => i) },
      /^training.checkpoint_steps: 65 steps are too many; give at most 64$/,
    ],
    [
      { ...INPUT, stoppingRule: { precision: { targets: { lambda: 1 } } } },
      /^stopping_rule.precision.targets.lambda: no such .* targets.medianTestLoss, /,
    ],
  ];
  for (const [input, sentence] of refusals) {
    it(`refuses in one sentence: ${sentence.source}`, () => {
      const [first, ...others] = violations(input);
      assert.match(first ?? "", sentence);
      assert.deepEqual(others, []);
    });
  }
});
