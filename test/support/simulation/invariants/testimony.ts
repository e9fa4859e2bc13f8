import type { RecordedShard } from "../../../../coordinator/plan/recordedShard.ts";
import type { ShardPartial } from "../../../../shared/statistics/replicaSums.ts";

/** An answer, by what is compared of it. */
interface Answer {
  readonly worker: string;
  readonly partial: ShardPartial;
  readonly digest: string;
}

/** What an answer was, when it came. */
type Weight = "contradicts itself" | "contradicts two" | "contradicts" | "agrees" | "is first";

/** Who said what about which shard (`run#shard`) in a coordinator's life, and what follows. */
export class Testimony {
  /** Whose word was taken for a recorded shard. */
  readonly deliverers = new Map<string, string>();
  /** Recorded shards on which two workers agree. */
  readonly verified = new Set<string>();
  /** Everything that was said, by shard and kind of bits, worker and digest. */
  readonly #said = new Map<string, Map<string, Set<string>>>();
  /** What the sides of each dispute say, by worker. */
  readonly #disputes = new Map<string, { readonly kind: string; readonly claims: Claims }>();
  /** Workers whose word was taken once. */
  readonly #known = new Set<string>();
  /** Shards that were the first of their worker. */
  readonly #firsts = new Set<string>();
  readonly #weights = new WeakMap<Answer, Weight>();
  #lastWorker = "";

  /** Undefined if it was not heard: it was impossible, or of no interest. */
  weightOf(answer: Answer): Weight | undefined {
    return this.#weights.get(answer);
  }

  hear(shard: string, answer: Answer, accepted: string | undefined): void {
    const { worker, partial, digest } = answer;
    const kind = kindOf(shard, partial);
    const said = this.#said.get(kind) ?? new Map<string, Set<string>>();
    this.#said.set(kind, said.set(worker, (said.get(worker) ?? new Set()).add(digest)));
    this.#lastWorker = worker;
    this.#weights.set(answer, this.#weigh(shard, answer, accepted));
  }

  /** Whether the worker has said two things of one shard, or other than two that agree. */
  hasLied(worker: string): boolean {
    return [...this.#said.values()].some((said) => {
      const own = said.get(worker) ?? new Set<string>();
      const others = [...said].filter(([other]) => other !== worker).map(([, digests]) => digests);
      const isOutvoted = others
        .flatMap((digests) => [...digests])
        .some(
          (digest) =>
            own.size > 0 &&
            !own.has(digest) &&
            others.filter((digests) => digests.has(digest)).length >= 2,
        );
      return own.size > 1 || isOutvoted;
    });
  }

  /** Whether an answer about the shard would be a voice in a dispute. */
  isDisputed(shard: string, { partial }: Pick<Answer, "partial">): boolean {
    return this.#disputes.get(shard)?.kind === kindOf(shard, partial);
  }

  hasClaim(shard: string, worker: string): boolean {
    return this.#disputes.get(shard)?.claims.has(worker) ?? false;
  }

  /** Whether the shard is the first that this worker's word was taken for. */
  isFirst(shard: string): boolean {
    return this.#firsts.has(shard);
  }

  /** The answer that came last is recorded. */
  recorded(shard: string, recorded: Pick<RecordedShard, "partial">): void {
    const isSettled = this.isDisputed(shard, recorded);
    this.retracted(shard);
    this.#disputes.delete(shard);
    this.deliverers.set(shard, this.#lastWorker);
    if (isSettled) this.verified.add(shard);
    else if (!this.#known.has(this.#lastWorker)) this.#firsts.add(shard);
    this.#known.add(this.#lastWorker);
  }

  /** It is not recorded any more. */
  retracted(shard: string): void {
    this.deliverers.delete(shard);
    this.verified.delete(shard);
    this.#firsts.delete(shard);
  }

  /** The run has ended. */
  forget(run: string): void {
    for (const shards of [this.deliverers, this.verified, this.#firsts, this.#disputes]) {
      for (const shard of shards.keys()) if (shard.startsWith(`${run}#`)) shards.delete(shard);
    }
  }

  /** What the worker said counts no more. */
  disbelieve(worker: string): void {
    for (const [shard, { claims }] of this.#disputes) {
      claims.delete(worker);
      if (new Set(claims.values()).size < 2) this.#disputes.delete(shard);
    }
  }

  #weigh(shard: string, { worker, partial, digest }: Answer, accepted: string | undefined): Weight {
    const kind = kindOf(shard, partial);
    if (accepted === undefined) {
      const dispute = this.#disputes.get(shard);
      if (dispute?.kind !== kind) return "is first";
      const claim = dispute.claims.get(worker);
      if (claim !== undefined && claim !== digest) return "contradicts itself";
      dispute.claims.set(worker, digest);
      return "agrees";
    }
    const deliverer = this.deliverers.get(shard);
    const isVerified = this.verified.has(shard);
    if (accepted === digest) {
      if (deliverer !== undefined && deliverer !== worker) this.verified.add(shard);
      return "agrees";
    }
    if (isVerified) return "contradicts two";
    if (deliverer === worker) return "contradicts itself";
    if (deliverer !== undefined) {
      const claims = new Map([
        [deliverer, accepted],
        [worker, digest],
      ]);
      this.#disputes.set(shard, { kind, claims });
    }
    return "contradicts";
  }
}

type Claims = Map<string, string>;

/** Bits of two generators, or of a shard that was shorter once, are not compared. */
function kindOf(shard: string, { generator, replicaCount }: ShardPartial): string {
  return `${shard}/${generator}/${replicaCount}`;
}
