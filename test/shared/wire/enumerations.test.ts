import assert from "node:assert/strict";

import { shortName, wireName } from "../../../shared/wire/enumerations.ts";

describe("enumerations", () => {
  it("have short names, and states capitals", () => {
    assert.equal(shortName("weights", "WEIGHT_LAW_GAUSSIAN"), "gaussian");
    assert.equal(shortName("state", "RUN_STATE_SUCCEEDED"), "SUCCEEDED");
    assert.equal(wireName("weights", "gaussian"), "WEIGHT_LAW_GAUSSIAN");
    assert.equal(wireName("state", "SUCCEEDED"), "RUN_STATE_SUCCEEDED");
  });

  it("are nothing where nothing is said", () => {
    assert.equal(shortName("backend", "BACKEND_UNSPECIFIED"), undefined);
    assert.equal(shortName("backend", ""), undefined);
    assert.equal(shortName("backend", undefined), undefined);
    assert.equal(wireName("backend", undefined), "BACKEND_UNSPECIFIED");
  });

  it("keep a number that has no name here, to be refused by it", () => {
    // As the decoder hands it on.
    assert.equal(shortName("sampling", 77), "77");
  });
});
