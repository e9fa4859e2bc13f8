import assert from "node:assert/strict";

import * as fc from "fast-check";

import { FleetService } from "../../../shared/wire/protocol.ts";
import { structFromJson, structToJson, type JsonObject } from "../../../shared/wire/struct.ts";

const { responseSerialize, responseDeserialize } = FleetService.service.Work;

/** Sends an object of JSON through a message and returns what arrives. */
function sent(parameters: JsonObject): JsonObject {
  const grant = { leases: [{ task: { parameters: structFromJson(parameters) } }] };
  const task = responseDeserialize(responseSerialize({ grant })).grant?.leases[0]?.task;
  return structToJson(task?.parameters);
}

describe("parameters on the wire", () => {
  it("arrive as they were, whatever JSON they are", () => {
    const anyObject = fc
      .dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 }))
      // JSON has one zero.
      .map((object) => JSON.parse(JSON.stringify(object)) as JsonObject);
    fc.assert(
      fc.property(anyObject, (object) => {
        assert.equal(JSON.stringify(sent(object)), JSON.stringify({ ...object }));
      }),
      { seed: 1 },
    );
  });

  it("leave out what is undefined, and are empty where nothing was sent", () => {
    assert.deepEqual(sent({ there: [1, "a", null, { deep: false }], absent: undefined }), {
      there: [1, "a", null, { deep: false }],
    });
    assert.deepEqual(structToJson(null), {});
  });
});
