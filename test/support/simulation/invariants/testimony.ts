import type { RecordedShard } from "../../../../coordinator/plan/recordedShard.ts";
import type { ShardPartial } from "../../../../shared/statistics/replicaSums.ts";

/** An answer, reduced to what is compared. */
interface Answer {
  readonly worker: string;
  readonly partial: ShardPartial;
  readonly digest: string;
}

/** How an answer stood to earlier ones when it came. */
type Weight = "contradicts itself" | "contradicts two" | "contradicts" | "agrees" | "is first";

/** What workers said about shards (`run#shard`) in a coordinator's life, and what follows. */
export class Testimony {
  /** The worker whose word was taken, by recorded shard. */
  readonly deliverers = new Map<string, string>();
  /** Recorded shards on which two workers agree. */
  readonly verified = new Set<string>();
  /** Digests of all answers, by kind of bits and by worker. */
  readonly #said = new Map<string, Map<string, Set<string>>>();
  /** What is claimed in each dispute: digests by worker. */
  readonly #disputes = new Map<string, { readonly kind: string; readonly claims: Claims }>();
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

  hear(shard: string, answer: Answer, accepted: string | undefined): void {
    const { worker, partial, digest } = answer;
    const kind = kindOf(shard, partial);
    const said = this.#said.get(kind) ?? new Map<string, Set<string>>();
    this.#said.set(kind, said.set(worker, (said.get(worker) ?? new Set()).add(digest)));
    this.#lastWorker = worker;
    this.#weights.set(answer, this.#weigh(shard, answer, accepted));
  }

  /** Whether the worker has contradicted itself, or an answer on which two others agree. */
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

  /** Takes note that the last answer is recorded. */
  recorded(shard: string, recorded: Pick<RecordedShard, "partial">): void {
    const isSettled = this.isDisputed(shard, recorded);
    this.retracted(shard);
    this.#disputes.delete(shard);
    this.deliverers.set(shard, this.#lastWorker);
    if (isSettled) this.verified.add(shard);
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

/** Key of bits that can be compared: neither of another generator nor of a once shorter shard. */
function kindOf(shard: string, { generator, replicaCount }: ShardPartial): string {
  return `${shard}/${generator}/${replicaCount}`;
}
