import { areComparable, type Claim, type Compare, type Identity } from "./claim.ts";

/** Agreeing answers of different workers that settle a dispute. */
const MAJORITY = 2;

/**
 * A shard on which workers contradict one another, with what each of them claims. Nobody is believed
 * until two agree.
 */
export class Dispute {
  readonly #compare: Compare;
  readonly #claims = new Map<string, Claim>();

  constructor(compare: Compare) {
    this.#compare = compare;
  }

  get workers(): readonly string[] {
    return [...this.#claims.keys()];
  }

  /** True if claims contradict one another; otherwise there is nothing left to settle. */
  get isOpen(): boolean {
    const claims = [...this.#claims.values()];
    return claims.some((claim) => claims.some((other) => this.#contradict(claim, other)));
  }

  /** True if the claim can be compared with one of the others. */
  isAbout(claim: Claim): boolean {
    const isComparable = (other: Claim) => this.#compare(claim, other) !== "incomparable";
    return [...this.#claims.values()].some(isComparable);
  }

  /** True if partials of this identity can be compared with one of the claims, so far as is known. */
  mayBeSettledBy(identity: Identity | undefined): boolean {
    if (identity === undefined) return true;
    return [...this.#claims.values()].some(
      (claim) => claim.identity === undefined || areComparable(claim.identity, identity),
    );
  }

  claimOf(worker: string): Claim | undefined {
    return this.#claims.get(worker);
  }

  add(worker: string, claim: Claim): void {
    this.#claims.set(worker, claim);
  }

  /** Drops the claim of a worker that was found to lie. */
  remove(worker: string): void {
    this.#claims.delete(worker);
  }

  /** True if enough workers agree with this claim, which is one of theirs. */
  isConfirmed(claim: Claim): boolean {
    const agreeing = [...this.#claims.values()].filter(
      (other) => this.#compare(claim, other) === "agree",
    );
    return agreeing.length >= MAJORITY;
  }

  /**
   * What vouches for the worker's claim, if nobody else claims the same bits: the claim of another
   * worker that agrees with it within the tolerance.
   */
  vouchedAcross(worker: string): Claim | undefined {
    const claim = this.#claims.get(worker);
    if (claim === undefined) return undefined;
    const agreeing = [...this.#claims]
      .filter(([other, its]) => other !== worker && this.#compare(claim, its) === "agree")
      .map(([, its]) => its);
    return agreeing.some(({ digest }) => digest === claim.digest) ? undefined : agreeing[0];
  }

  /** The workers whose claims contradict this one. */
  contradicting(claim: Claim): string[] {
    return [...this.#claims]
      .filter(([, other]) => this.#contradict(claim, other))
      .map(([worker]) => worker);
  }

  #contradict(claim: Claim, other: Claim): boolean {
    return this.#compare(claim, other) === "contradict";
  }
}
