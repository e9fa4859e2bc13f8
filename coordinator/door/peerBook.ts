import { limitReached } from "../../shared/wire/errorDetails.ts";
import type { Limits } from "./limits.ts";

interface Claim {
  readonly holder: object;
  readonly leases: number;
}

/** Counts what each peer has open: calls, and workers with room for leases. */
export class PeerBook {
  readonly #limits: Limits;
  readonly #streams = new Map<string, number>();
  /** Claims by peer and worker. */
  readonly #claims = new Map<string, Map<string, Claim>>();

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** @throws ApiError RESOURCE_EXHAUSTED if the peer has as many calls open as it may. */
  openStream(peer: string): void {
    const { maximumStreamsPerPeer: limit } = this.#limits;
    const open = this.#streams.get(peer) ?? 0;
    if (open >= limit) {
      throw limitReached(
        "",
        `${peer} has ${open} calls open, the most allowed; end some, ` +
          `or have the coordinator's --maximum-streams-per-peer raised`,
      );
    }
    this.#streams.set(peer, open + 1);
  }

  closeStream(peer: string): void {
    const open = (this.#streams.get(peer) ?? 0) - 1;
    if (open > 0) this.#streams.set(peer, open);
    else this.#streams.delete(peer);
  }

  /**
   * Sets aside room for a worker's leases, in place of what it had before.
   *
   * @param holder whoever may release it again.
   * @throws ApiError RESOURCE_EXHAUSTED if the peer's workers would have room for too many
   */
  claimLeases(peer: string, worker: string, leases: number, holder: object): void {
    const { maximumLeasesPerPeer: limit } = this.#limits;
    const claims = this.#claims.get(peer) ?? new Map<string, Claim>();
    let others = 0;
    for (const [name, claim] of claims) if (name !== worker) others += claim.leases;
    if (others + leases > limit) {
      throw limitReached(
        "join.devices",
        `room for ${leases} leases, besides ${others} of other workers of ${peer}, is too much; ` +
          `start fewer threads, or have the coordinator's --maximum-leases-per-peer (${limit}) raised`,
      );
    }
    claims.set(worker, { holder, leases });
    this.#claims.set(peer, claims);
  }

  /** Gives the room back, unless another holder has claimed it since. */
  releaseLeases(peer: string, worker: string, holder: object): void {
    const claims = this.#claims.get(peer);
    if (claims?.get(worker)?.holder !== holder) return;
    claims.delete(worker);
    if (claims.size === 0) this.#claims.delete(peer);
  }
}
