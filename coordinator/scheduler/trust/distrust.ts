import { Dispute, type Subject } from "./dispute.ts";
import { RunTrust, type WorkerNumber } from "./runTrust.ts";

/** A run whose results are judged. */
export interface JudgedRun {
  readonly name: string;
  readonly trust: RunTrust;
}

/** A worker's partial of a shard, with what it is judged by. */
export interface JudgedResult {
  readonly worker: string;
  readonly shardIndex: number;
  readonly partial: Subject;
  readonly digest: string;
}

/** What a possible partial means for its shard. */
export type Verdict =
  /** It is recorded; the liars have contradicted it and another worker that says the same. */
  | { readonly kind: "accepted"; readonly liars: readonly string[] }
  /** It is what was accepted before. */
  | { readonly kind: "agrees" }
  /** It contradicts what was accepted, and nobody knows yet who is right. */
  | { readonly kind: "disputes" }
  /** One more voice in a dispute, which goes on. */
  | { readonly kind: "claims" }
  /** Its worker contradicts itself, or two that agree. */
  | { readonly kind: "lies" };

/** How often each thing happened in this coordinator's life, for metrics. */
export interface DistrustCounts {
  readonly checksGranted: number;
  /** Shards on which two workers agreed, straggler copies and late answers included. */
  readonly shardsVerified: number;
  readonly disagreements: number;
  readonly workersQuarantined: number;
  /** Accepted partials that were taken back, to be computed again. */
  readonly shardsRetracted: number;
}

/**
 * Whom to believe. A sample of shards, chosen only by run and index, and the first of every new
 * worker are computed twice on different workers; any second answer to a shard counts as a check.
 * Where two contradict each other nobody is believed until a third says which of them is right, and
 * nothing that rests only on a liar's word stays in an estimate.
 *
 * Workers are known for the life of a coordinator: after a restart all are new, so that the first
 * shard of each is checked again, and what the ledger holds has nobody to be blamed for.
 */
export class Distrust {
  readonly #interval: number;
  /** Workers whose word was accepted once, by number. */
  readonly #numbers = new Map<string, WorkerNumber>();
  readonly #quarantined = new Map<string, string>();
  readonly #quarantinedNumbers = new Set<WorkerNumber>();
  readonly #runs = new Map<string, RunTrust>();
  readonly #counts = {
    checksGranted: 0,
    shardsVerified: 0,
    disagreements: 0,
    workersQuarantined: 0,
    shardsRetracted: 0,
  };

  /** @param interval one shard in `interval` is checked; 0: none is. */
  constructor(interval: number) {
    this.#interval = interval;
  }

  get counts(): DistrustCounts {
    return this.#counts;
  }

  /** The trust of a run that has not ended. */
  of(run: string): RunTrust {
    const trust = this.#runs.get(run) ?? new RunTrust();
    this.#runs.set(run, trust);
    return trust;
  }

  /** Whether the run has not ended: it may be withdrawn. */
  knows(run: string): boolean {
    return this.#runs.has(run);
  }

  /** The run has ended. */
  forget(run: string): void {
    this.#runs.delete(run);
  }

  /** Quarantined workers, each with the reason. */
  get quarantined(): ReadonlyMap<string, string> {
    return this.#quarantined;
  }

  quarantineReason(worker: string): string | undefined {
    return this.#quarantined.get(worker);
  }

  /** Judges a possible partial and notes what follows; `known` is the digest of an accepted one. */
  judge(run: JudgedRun, result: JudgedResult, known: string | undefined): Verdict {
    const { worker, shardIndex, digest } = result;
    const { trust } = run;
    if (known === undefined) return this.#judgeOpen(run, result);
    const deliverer = trust.delivererOf(shardIndex);
    const isOwn = deliverer !== undefined && deliverer === this.#numbers.get(worker);
    if (known === digest) {
      if (deliverer !== undefined && !isOwn) this.#verify(trust, shardIndex);
      return { kind: "agrees" };
    }
    this.#disagree(trust);
    if (isOwn || trust.isVerified(shardIndex)) return { kind: "lies" };
    const dispute = new Dispute(result.partial);
    const earlier = this.#nameOf(deliverer);
    if (earlier !== undefined) dispute.add(earlier, known);
    dispute.add(worker, digest);
    trust.dispute(shardIndex, dispute);
    return { kind: "disputes" };
  }

  #judgeOpen(run: JudgedRun, { worker, shardIndex, partial, digest }: JudgedResult): Verdict {
    const { trust } = run;
    const dispute = trust.disputes.get(shardIndex);
    if (dispute?.isAbout(partial) !== true) {
      // A dispute on bits of another generator has nothing left to settle.
      trust.endDispute(shardIndex);
      const isFirst = !this.#numbers.has(worker);
      const isChecked = this.#interval > 0 && (isFirst || this.#isSampled(run.name, shardIndex));
      trust.delivered(shardIndex, this.#numberOf(worker), isChecked);
      return { kind: "accepted", liars: [] };
    }
    const claim = dispute.claimOf(worker);
    if (claim !== undefined && claim !== digest) {
      this.#disagree(trust);
      return { kind: "lies" };
    }
    dispute.add(worker, digest);
    if (!dispute.isConfirmed(digest)) return { kind: "claims" };
    trust.endDispute(shardIndex);
    this.#numberOf(worker);
    this.#verify(trust, shardIndex);
    return { kind: "accepted", liars: dispute.contradicting(digest) };
  }

  /** The worker is believed in nothing any more. */
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

  /** Whether the worker's answer would be a check of a shard that is due for one. */
  mayCheck(trust: RunTrust, shardIndex: number, worker: string): boolean {
    if (!trust.isDue(shardIndex)) return false;
    return trust.delivererOf(shardIndex) !== this.#numbers.get(worker);
  }

  #verify(trust: RunTrust, shardIndex: number): void {
    trust.verified(shardIndex);
    this.#counts.shardsVerified += 1;
  }

  #disagree(trust: RunTrust): void {
    trust.disagreementCount += 1;
    this.#counts.disagreements += 1;
  }

  /** Depends on run and index only, so that a sweep's runs are checked at different shards. */
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
    // Contradictions are rare; an index by number only for them is not worth its memory.
    return [...this.#numbers].find(([, own]) => own === number)?.[0];
  }
}

/** FNV-1a, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return hash >>> 0;
}
