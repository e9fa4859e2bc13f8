import assert from "node:assert/strict";

import { BACKENDS } from "../../../../shared/specification/backends.ts";
import type { ShardTask } from "../../../../shared/kinds/propagation/shardTask.ts";
import { SAMPLINGS, WEIGHT_LAWS } from "../../../../shared/network/weights.ts";
import { FleetService } from "../../../../shared/wire/protocol.ts";
import {
  shardTaskFromMessage,
  commonTaskToMessage,
} from "../../../../shared/kinds/propagation/shardTaskMessages.ts";
import { lawInput } from "../../../support/laws.ts";
import { LOG_NORM_GROWTH } from "../../../../shared/kinds/propagation/observables.ts";

const { responseSerialize, responseDeserialize } = FleetService.service.Work;

function sent(task: ShardTask): ShardTask {
  const { firstReplica, replicaCount } = task;
  const message = { ...commonTaskToMessage(task), firstReplica, replicaCount };
  const grant = { leases: [{ task: message }] };
  const response = responseDeserialize(responseSerialize({ grant }));
  const arrived = response.grant?.leases[0]?.task;
  assert.ok(arrived);
  return shardTaskFromMessage(arrived);
}

describe("shard tasks on the wire", () => {
  for (const weights of WEIGHT_LAWS) {
    for (const sampling of SAMPLINGS) {
      for (const backend of BACKENDS) {
        it(`arrive as they were: ${weights}, ${sampling}, ${backend}`, () => {
          const task: ShardTask = {
            network: {
              width: 65_536,
              depth: 10_000_000,
              negativeSlope: -1e-300,
              ...lawInput(weights),
              gain: 1e300,
            },
            sampling,
            backend,
            seed: 2n ** 64n - 1n,
            checkpointDepths: [1, 2, 10_000_000],
            burnIn: 0,
            observables: [LOG_NORM_GROWTH],
            sketchBinWidths: [0.1, 1 / 3, Number.MIN_VALUE],
            firstReplica: 2 ** 32 - 4,
            replicaCount: 4,
          };
          assert.deepEqual(sent(task), task);
        });
      }
    }
  }

  it("are refused if they name what this version does not know", () => {
    const message = {
      ...commonTaskToMessage({
        network: { width: 1, depth: 1, negativeSlope: 0, weights: "gaussian", gain: 1 },
        sampling: "dense",
        backend: "simd",
        seed: 0n,
        checkpointDepths: [1],
        burnIn: 0,
        observables: [LOG_NORM_GROWTH],
        sketchBinWidths: [1],
      }),
      backend: 99,
    };
    const grant = { leases: [{ task: message as object }] };
    const arrived = responseDeserialize(responseSerialize({ grant })).grant?.leases[0]?.task;
    assert.ok(arrived);
    assert.throws(() => shardTaskFromMessage(arrived), /unknown backend: 99/);
  });
});
