import type { RunJson } from "../../shared/wire/json.ts";
import { hasEnded, stateOf } from "../../shared/wire/runStates.ts";
import type { Coordinator } from "../coordinator.ts";
import type { Engine } from "../engine.ts";
import { runJson } from "./messages.ts";

/** Some kilobytes each. */
const MAXIMUM_KEPT = 8192;

/**
 * Runs without their checkpoints. Those that have ended are kept as they are read from the ledger:
 * a list may be looked at every second, and a sweep has up to two thousand.
 */
export class Summaries {
  readonly #coordinator: Coordinator;
  readonly #ended = new Map<string, RunJson>();

  constructor(coordinator: Coordinator, engine: Engine) {
    this.#coordinator = coordinator;
    engine.onRunChange((run) => {
      this.#ended.delete(run);
    });
  }

  /** @throws ApiError NOT_FOUND */
  async of(name: string): Promise<RunJson> {
    const kept = this.#ended.get(name);
    if (kept !== undefined) return kept;
    const run = await this.#coordinator.runSummary(name);
    const json = runJson(run);
    if (hasEnded(stateOf(run))) {
      const [oldest] = this.#ended.keys();
      if (this.#ended.size >= MAXIMUM_KEPT && oldest !== undefined) this.#ended.delete(oldest);
      this.#ended.set(name, json);
    }
    return json;
  }
}
