/** Thrown where a run or a sweep does not have, or not yet, what a chart shows. */
export class NothingToDraw extends Error {
  override readonly name = "NothingToDraw";

  /** @param reason what is missing, and what to do about it */
  constructor(drawn: { readonly name: string }, reason: string) {
    super(`${drawn.name}: ${reason}`);
  }
}
