/** A run or a sweep that does not have yet, or never will have, what a chart of it shows. */
export class NothingToDraw extends Error {
  override readonly name = "NothingToDraw";

  /** @param reason what is missing, and what to do about it. */
  constructor(drawn: { readonly name: string }, reason: string) {
    super(`${drawn.name}: ${reason}`);
  }
}
