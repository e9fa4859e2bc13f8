import type { RecordedShard } from "../../../../coordinator/plan/recordedShard.ts";
import type { ShardPartial } from "../../../../shared/statistics/replicaSums.ts";
import { areOfOneStream, comparison } from "../truth.ts";

/** An answer, reduced to what is compared. */
interface Answer {
  readonly worker: string;
  readonly partial: ShardPartial;
}

/** A partial that was accepted, and how much of it the scheduler has kept to compare with. */
interface Accepted {
  readonly partial: ShardPartial;
  readonly isMixed: boolean;
  /** What the scheduler knows of it besides its digest. */
  readonly kept: "nothing" | "its generator" | "its sums";
}

/** How an answer stood to earlier ones when it came. */
type Weight =
  | "contradicts itself"
  | "contradicts two"
  | "contradicts"
  | "says nothing"
  | "agrees"
  | "is first";

interface Claim {
  readonly partial: ShardPartial;
  readonly hasSums: boolean;
}

interface Dispute {
  readonly isMixed: boolean;
  readonly claims: Map<string, Claim>;
}

/** What workers said about shards (`run#shard`) in a coordinator's life, and what follows. */
export class Testimony {
  /** The worker whose word was taken, by recorded shard. */
  readonly deliverers = new Map<string, string>();
  /** Recorded shards on which two workers agree, with the second's claim if bits do not agree. */
  readonly verified = new Map<string, Claim | undefined>();
  /** All answers, by shard. */
  readonly #said = new Map<string, Answer[]>();
  readonly #mixed = new Set<string>();
  readonly #disputes = new Map<string, Dispute>();
  /** Workers whose word has been taken before. */
  readonly #known = new Set<string>();
  /** Shards that were the first of their worker. */
  readonly #firsts = new Set<string>();
  readonly #weights = new WeakMap<Answer, Weight>();
  #lastWorker = "";

  /** The weight of an answer; undefined if it did not count: it was impossible or not needed. */
  weightOf(answer: Answer): Weight | undefined {
    return this.#weights.get(answer);
  }

  hear(shard: string, answer: Answer, isMixed: boolean, accepted: Accepted | undefined): void {
    this.#said.set(shard, [...(this.#said.get(shard) ?? []), answer]);
    if (isMixed) this.#mixed.add(shard);
    this.#lastWorker = answer.worker;
    this.#weights.set(answer, this.#weigh(shard, answer, accepted));
  }

  /** Whether the worker has contradicted itself, or an answer with which another worker agrees. */
  hasLied(worker: string): boolean {
    return [...this.#said].some(([shard, said]) => {
      const isMixed = this.#mixed.has(shard);
      const own = said.filter((answer) => answer.worker === worker);
      const others = said.filter((answer) => answer.worker !== worker);
      const contradicts = (one: Answer, other: Answer) =>
        comparison(one.partial, other.partial, isMixed) === "contradict";
      const isShared = (answer: Answer) =>
        others.some(
          (other) =>
            other.worker !== answer.worker &&
            comparison(answer.partial, other.partial, isMixed) === "agree",
        );
      return own.some(
        (answer) =>
          own.some((other) => contradicts(answer, other)) ||
          others.some((other) => contradicts(answer, other) && isShared(other)),
      );
    });
  }

  /** Whether an answer about the shard would be a voice in a dispute. */
  isDisputed(shard: string, { partial }: Pick<Answer, "partial">): boolean {
    const dispute = this.#disputes.get(shard);
    if (dispute === undefined) return false;
    const claim = { partial, hasSums: true };
    return [...dispute.claims.values()].some(
      (other) => compare(claim, other, dispute.isMixed) !== "incomparable",
    );
  }

  hasClaim(shard: string, worker: string): boolean {
    return this.#disputes.get(shard)?.claims.has(worker) ?? false;
  }

  /** Whether a partial of this generator could be a voice in the shard's dispute, if it has one. */
  maySettle(shard: string, generator: string | undefined): boolean {
    const claims = this.#disputes.get(shard)?.claims;
    if (claims === undefined || generator === undefined) return true;
    return [...claims.values()].some(({ partial }) => areOfOneStream(partial.generator, generator));
  }

  /** Whether the shard is the first that this worker's word was taken for. */
  isFirst(shard: string): boolean {
    return this.#firsts.has(shard);
  }

  /** Takes note that the last answer is recorded. */
  recorded(shard: string, { partial }: Pick<RecordedShard, "partial">): void {
    const isSettled = this.isDisputed(shard, { partial });
    const others = [...(this.#disputes.get(shard)?.claims ?? [])].filter(
      ([worker, claim]) =>
        worker !== this.#lastWorker &&
        compare({ partial, hasSums: true }, claim, this.#mixed.has(shard)) === "agree",
    );
    this.retracted(shard);
    this.#disputes.delete(shard);
    this.deliverers.set(shard, this.#lastWorker);
    if (isSettled) this.verified.set(shard, secondOf(partial, others));
    else if (!this.#known.has(this.#lastWorker)) this.#firsts.add(shard);
    this.#known.add(this.#lastWorker);
  }

  /** Takes note that the shard is no longer recorded. */
  retracted(shard: string): void {
    this.deliverers.delete(shard);
    this.verified.delete(shard);
    this.#firsts.delete(shard);
  }

  /** Whether these shards rest on the word of two workers, or two agree on one of them. */
  isShared(shards: readonly string[]): boolean {
    const deliverers = shards.flatMap((shard) => this.deliverers.get(shard) ?? []);
    return new Set(deliverers).size > 1 || shards.some((shard) => this.verified.has(shard));
  }

  /** Takes note that the run begins anew with another generator. */
  superseded(run: string): void {
    for (const shard of this.#disputes.keys()) {
      if (shard.startsWith(`${run}#`)) this.#disputes.delete(shard);
    }
  }

  /** Takes note that the run has ended. */
  forget(run: string): void {
    for (const shards of [this.deliverers, this.verified, this.#firsts, this.#disputes]) {
      for (const shard of shards.keys()) if (shard.startsWith(`${run}#`)) shards.delete(shard);
    }
  }

  /** Takes note that the worker's word no longer counts. */
  disbelieve(worker: string): void {
    for (const [shard, { claims, isMixed }] of this.#disputes) {
      claims.delete(worker);
      const left = [...claims.values()];
      const isOpen = left.some((claim) =>
        left.some((other) => compare(claim, other, isMixed) === "contradict"),
      );
      if (!isOpen) this.#disputes.delete(shard);
    }
  }

  #weigh(shard: string, { worker, partial }: Answer, accepted: Accepted | undefined): Weight {
    const claim = { partial, hasSums: true };
    if (accepted === undefined) {
      const dispute = this.#disputes.get(shard);
      if (dispute === undefined || !this.isDisputed(shard, { partial })) return "is first";
      const before = dispute.claims.get(worker);
      if (before !== undefined && compare(claim, before, dispute.isMixed) === "contradict") {
        return "contradicts itself";
      }
      dispute.claims.set(worker, claim);
      return "agrees";
    }
    const { isMixed, kept } = accepted;
    const deliverer = this.deliverers.get(shard);
    const known = { partial: accepted.partial, hasSums: kept === "its sums" };
    const compared = compare(claim, known, isMixed);
    const isVerified = this.verified.has(shard);
    if (compared === "agree") {
      if (deliverer !== undefined && deliverer !== worker && !isVerified) {
        this.verified.set(shard, secondOf(accepted.partial, [[worker, claim]]));
      }
      return "agrees";
    }
    if (compared === "incomparable" || kept === "nothing") return "says nothing";
    const second = this.verified.get(shard);
    const isOfTwo = second === undefined || compare(claim, second, isMixed) === "contradict";
    if (isVerified && isOfTwo) return "contradicts two";
    if (deliverer === worker) return "contradicts itself";
    if (deliverer !== undefined) {
      const claims = new Map([
        [deliverer, known],
        [worker, claim],
      ]);
      this.#disputes.set(shard, { isMixed, claims });
    }
    return "contradicts";
  }
}

/** Compares what the scheduler can compare: without sums, only bits of one generator. */
function compare(claim: Claim, other: Claim, isMixed: boolean): ReturnType<typeof comparison> {
  const hasSums = claim.hasSums && other.hasSums;
  return comparison(claim.partial, other.partial, isMixed && hasSums);
}

/** What vouches for a partial, if nobody claims the same bits. */
function secondOf(
  partial: ShardPartial,
  others: readonly (readonly [worker: string, claim: Claim])[],
): Claim | undefined {
  const isSame = others.some(([, claim]) => comparison(claim.partial, partial, false) === "agree");
  return isSame ? undefined : others[0]?.[1];
}
