import type { ShardPartial } from "../../../shared/statistics/replicaSums.ts";
import { areComparable, type Claim, type Compare, type Identity } from "./claim.ts";
import { Dispute } from "./dispute.ts";
import { RunTrust, type WorkerNumber } from "./runTrust.ts";

/** A run whose results are judged. */
export interface JudgedRun {
  readonly name: string;
  readonly trust: RunTrust;
  readonly compare: Compare;
  /** What a partial claims, as far as it may have to be compared. */
  claimOf(result: Pick<JudgedResult, "partial" | "digest">): Claim;
}

/** A worker's partial of a shard, and the digest by which it is judged. */
export interface JudgedResult {
  readonly worker: string;
  readonly shardIndex: number;
  readonly partial: ShardPartial;
  readonly digest: string;
}

/** What a possible partial means for its shard. */
export type Verdict =
  /** The partial is recorded; the liars contradicted two workers that agree on it. */
  | { readonly kind: "accepted"; readonly liars: readonly string[] }
  /** The partial equals the accepted one, within what their generators allow. */
  | { readonly kind: "agrees" }
  /** The partial says nothing of the accepted one: they are of different streams. */
  | { readonly kind: "incomparable" }
  /** The partial contradicts the accepted one, and it is not known yet which is right. */
  | { readonly kind: "disputes" }
  /** The partial is one more claim in a dispute that goes on. */
  | { readonly kind: "claims" }
  /** The partial's worker contradicts itself, or two workers that agree. */
  | { readonly kind: "lies" };

/** What was counted of checks and disputes since this coordinator began, for metrics. */
export interface DistrustCounts {
  readonly checksGranted: number;
  /** Shards on which two workers agreed, straggler copies and late answers included. */
  readonly shardsVerified: number;
  /** Those of them on which the two are of different generators, and agree within the tolerance. */
  readonly shardsVerifiedAcross: number;
  readonly disagreements: number;
  readonly workersQuarantined: number;
  /** Accepted shards that were taken back, to be computed again. */
  readonly shardsRetracted: number;
}

/**
 * Decides which workers to believe. A sample of shards, chosen only by run and index, and the first
 * shard of every new worker are computed twice, on different workers. Any second answer to a shard
 * counts as a check. When two workers contradict each other, nobody is believed until a third one
 * confirms one of them. Nothing that rests only on a liar's word stays in an estimate.
 *
 * Workers are known for the life of a coordinator. After a restart all are new: the first shard of
 * each is checked again, and no worker answers for what the ledger holds.
 */
export class Distrust {
  readonly #interval: number;
  /** Numbers of the workers that ever had a partial accepted. */
  readonly #numbers = new Map<string, WorkerNumber>();
  readonly #quarantined = new Map<string, string>();
  readonly #quarantinedNumbers = new Set<WorkerNumber>();
  readonly #runs = new Map<string, RunTrust>();
  readonly #counts = {
    checksGranted: 0,
    shardsVerified: 0,
    shardsVerifiedAcross: 0,
    disagreements: 0,
    workersQuarantined: 0,
    shardsRetracted: 0,
  };

  /** @param interval one shard in this many is checked; 0 switches checks off. */
  constructor(interval: number) {
    this.#interval = interval;
  }

  get counts(): DistrustCounts {
    return this.#counts;
  }

  /** The trust record of an unfinished run, begun on first use. */
  of(run: string): RunTrust {
    const trust = this.#runs.get(run) ?? new RunTrust();
    this.#runs.set(run, trust);
    return trust;
  }

  /** True if the run has not ended, even while it is withdrawn. */
  knows(run: string): boolean {
    return this.#runs.has(run);
  }

  /** Forgets a run that has ended. */
  forget(run: string): void {
    this.#runs.delete(run);
  }

  /** Quarantined workers, with the reasons. */
  get quarantined(): ReadonlyMap<string, string> {
    return this.#quarantined;
  }

  quarantineReason(worker: string): string | undefined {
    return this.#quarantined.get(worker);
  }

  /** Judges a valid partial and notes what follows; `known` is the accepted partial's claim. */
  judge(run: JudgedRun, result: JudgedResult, known: Claim | undefined): Verdict {
    const { worker, shardIndex } = result;
    const { trust } = run;
    if (known === undefined) return this.#judgeOpen(run, result);
    const crossCheck = trust.crossCheckOf(shardIndex);
    const deliverer = trust.delivererOf(shardIndex) ?? crossCheck?.deliverer;
    const isOwn = deliverer !== undefined && deliverer === this.#numbers.get(worker);
    const claim = run.claimOf(result);
    const comparison = run.compare(claim, known);
    if (comparison === "incomparable") return { kind: "incomparable" };
    if (comparison === "agree") {
      const isOpen = trust.delivererOf(shardIndex) !== undefined;
      if (isOpen && !isOwn) this.#verify(trust, shardIndex, across(claim, known));
      return { kind: "agrees" };
    }
    this.#disagree(trust);
    // A second generator vouches for no more than the tolerance; bits are a matter of the first.
    const contradictsTwo =
      trust.isVerified(shardIndex) &&
      (crossCheck === undefined || run.compare(claim, crossCheck.claim) === "contradict");
    if (isOwn || contradictsTwo) return { kind: "lies" };
    const dispute = new Dispute(run.compare);
    const earlier = this.#nameOf(deliverer);
    const { replicaCount } = claim;
    if (earlier !== undefined) dispute.add(earlier, { ...known, replicaCount });
    dispute.add(worker, claim);
    trust.dispute(shardIndex, dispute);
    return { kind: "disputes" };
  }

  #judgeOpen(run: JudgedRun, result: JudgedResult): Verdict {
    const { trust } = run;
    const { worker, shardIndex } = result;
    const claim = run.claimOf(result);
    const dispute = trust.disputes.get(shardIndex);
    if (dispute?.isAbout(claim) !== true) {
      // What an incomparable partial says leaves a dispute with nothing to settle.
      trust.endDispute(shardIndex);
      const isFirst = !this.#numbers.has(worker);
      const isOfInterest =
        isFirst || dispute !== undefined || this.#isSampled(run.name, shardIndex);
      const isChecked = this.#interval > 0 && isOfInterest;
      trust.delivered(shardIndex, this.#numberOf(worker), isChecked);
      return { kind: "accepted", liars: [] };
    }
    const before = dispute.claimOf(worker);
    if (before !== undefined && run.compare(claim, before) === "contradict") {
      this.#disagree(trust);
      return { kind: "lies" };
    }
    dispute.add(worker, claim);
    if (!dispute.isConfirmed(claim)) return { kind: "claims" };
    trust.endDispute(shardIndex);
    trust.delivered(shardIndex, this.#numberOf(worker), false);
    this.#verify(trust, shardIndex, dispute.vouchedAcross(worker));
    return { kind: "accepted", liars: dispute.contradicting(claim) };
  }

  /** Stops believing the worker in anything. */
  quarantine(worker: string, reason: string): void {
    this.#quarantined.set(worker, reason);
    const number = this.#numbers.get(worker);
    if (number !== undefined) this.#quarantinedNumbers.add(number);
    this.#counts.workersQuarantined += 1;
    for (const trust of this.#runs.values()) trust.disbelieve(worker);
  }

  /** Shards of the run that rest only on the word of a quarantined worker. */
  unfounded({ trust }: Pick<JudgedRun, "trust">): number[] {
    if (this.#quarantinedNumbers.size === 0) return [];
    return trust.deliveredBy((worker) => this.#quarantinedNumbers.has(worker));
  }

  retracted(trust: RunTrust, shards: readonly number[]): void {
    for (const shardIndex of shards) trust.retracted(shardIndex);
    this.#counts.shardsRetracted += shards.length;
  }

  checkGranted(trust: RunTrust, shardIndex: number): void {
    trust.checkGranted(shardIndex);
    this.#counts.checksGranted += 1;
  }

  /**
   * True if the shard is due for a check and the worker did not deliver it.
   *
   * @param identity that of the worker's partials, if known: it must be one to compare with
   */
  mayCheck(
    trust: RunTrust,
    shardIndex: number,
    worker: string,
    identity: Identity | undefined,
  ): boolean {
    if (!trust.isDue(shardIndex)) return false;
    if (trust.delivererOf(shardIndex) === this.#numbers.get(worker)) return false;
    const accepted = trust.originOf(shardIndex)?.identity;
    return accepted === undefined || identity === undefined || areComparable(accepted, identity);
  }

  #verify(trust: RunTrust, shardIndex: number, acrossGenerators: Claim | undefined): void {
    trust.verified(shardIndex, acrossGenerators);
    this.#counts.shardsVerified += 1;
    if (acrossGenerators !== undefined) this.#counts.shardsVerifiedAcross += 1;
  }

  #disagree(trust: RunTrust): void {
    trust.disagreementCount += 1;
    this.#counts.disagreements += 1;
  }

  /** True for one shard in each interval; the run decides which, so that a sweep's runs differ. */
  #isSampled(run: string, shardIndex: number): boolean {
    return shardIndex % this.#interval === hashOf(run) % this.#interval;
  }

  #numberOf(worker: string): WorkerNumber {
    const number = this.#numbers.get(worker) ?? this.#numbers.size + 1;
    this.#numbers.set(worker, number);
    return number;
  }

  #nameOf(number: WorkerNumber | undefined): string | undefined {
    if (number === undefined) return undefined;
    // Contradictions are rare, so an index by number is not worth its memory.
    return [...this.#numbers].find(([, own]) => own === number)?.[0];
  }
}

/** The claim, if it agrees with the other one within the tolerance and not bit for bit. */
function across(claim: Claim, other: Claim): Claim | undefined {
  return claim.digest === other.digest ? undefined : claim;
}

/** FNV-1a, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return hash >>> 0;
}
