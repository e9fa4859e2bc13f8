import assert from "node:assert/strict";
import { firstMistake, probeArithmetic } from "../../../../worker/backends/webgpu/probe.ts";
import { probeQuestions } from "../../../../worker/backends/webgpu/probeQuestions.ts";
import { onSoftwareDevice, openSoftwareDevice, type SoftwareDevice } from "./softwareDevice.ts";

describe("the probe of a device's arithmetic", () => {
  const questions = probeQuestions();
  const answers = () => new Uint32Array(questions.flatMap(({ answer }) => answer));

  it("accepts only answers that are right to the last bit", () => {
    assert.equal(firstMistake(questions, answers()), undefined);
    for (const [i, { operation }] of questions.entries()) {
      if (i % 37 > 0) continue;
      const wrong = answers();
      wrong[4 * i] = (wrong[4 * i] as number) ^ 1;
      assert.equal(firstMistake(questions, wrong), operation);
    }
  });

  it("takes a zero for a zero, whatever its sign", () => {
    const sums = questions.findIndex(
      ({ operation, answer }) => operation === "sums" && answer[1] === 0,
    );
    const negative = answers();
    negative[4 * sums + 1] = 0x80000000;
    assert.ok(sums >= 0);
    assert.equal(firstMistake(questions, negative), undefined);
  });
});

onSoftwareDevice.describe("the software adapter's arithmetic", () => {
  let software: SoftwareDevice;
  before(async () => {
    software = await openSoftwareDevice();
  });
  after(() => software.close());

  it("is right where its compiler is kept from simplifying, and multiply-adds from fusing", async () => {
    const arithmetic = await probeArithmetic(software.device, "SwiftShader");
    assert.deepEqual(arithmetic, { fused: false, guarded: true });
  });
});
