import assert from "node:assert/strict";

import { WEIGHT_LAWS } from "../../../shared/network/weights.ts";
import { shortName, wireName } from "../../../shared/wire/enumerations.ts";
import { SimulationService } from "../../../shared/wire/protocol.ts";

describe("enumerations", () => {
  it("have short names, and states capitals", () => {
    assert.equal(shortName("weights", "WEIGHT_LAW_GAUSSIAN"), "gaussian");
    assert.equal(shortName("state", "RUN_STATE_SUCCEEDED"), "SUCCEEDED");
    assert.equal(wireName("weights", "gaussian"), "WEIGHT_LAW_GAUSSIAN");
    assert.equal(wireName("state", "SUCCEEDED"), "RUN_STATE_SUCCEEDED");
  });

  it("have a number in the contract for every name that can be asked for", () => {
    const { requestSerialize, requestDeserialize } = SimulationService.service.CreateRun;
    for (const law of WEIGHT_LAWS) {
      const run = { network: { weights: wireName("weights", law) } };
      const arrived = requestDeserialize(requestSerialize({ run })).run?.network?.weights;
      assert.equal(shortName("weights", arrived), law);
    }
  });

  it("are undefined where nothing is given", () => {
    assert.equal(shortName("backend", "BACKEND_UNSPECIFIED"), undefined);
    assert.equal(shortName("backend", ""), undefined);
    assert.equal(shortName("backend", undefined), undefined);
    assert.equal(wireName("backend", undefined), "BACKEND_UNSPECIFIED");
  });

  it("keep a number that has no name here, to be refused by it", () => {
    // The form in which the decoder hands it on.
    assert.equal(shortName("sampling", 77), "77");
  });
});
