import type { RunJson } from "../../shared/wire/json.ts";
import { hasEnded, stateOf } from "../../shared/wire/runStates.ts";
import type { Simulations } from "../simulations/simulations.ts";
import type { Engine } from "../engine/engine.ts";
import { EndedRuns } from "./endedRuns.ts";
import { runJson } from "./resourceJson.ts";

/** Some kilobytes each. */
const MAXIMUM_KEPT = 8192;

/** Runs without their checkpoints. */
export class Summaries {
  readonly #coordinator: Simulations;
  readonly #ended: EndedRuns<RunJson>;

  constructor(coordinator: Simulations, engine: Engine) {
    this.#coordinator = coordinator;
    this.#ended = new EndedRuns(engine, MAXIMUM_KEPT);
  }

  /** @throws ApiError NOT_FOUND */
  async of(name: string): Promise<RunJson> {
    const kept = this.#ended.get(name);
    if (kept !== undefined) return kept;
    const run = await this.#coordinator.runSummary(name);
    const json = runJson(run);
    if (hasEnded(stateOf(run))) this.#ended.keep(name, json);
    return json;
  }
}
