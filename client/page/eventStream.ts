/** One server-sent event. */
export interface StreamEvent {
  readonly id: string;
  readonly data: string;
}

/** Reads server-sent events from text that arrives in pieces of any length. */
export class EventParser {
  #rest = "";

  /** Returns the events that this piece completes; comments are left out. */
  feed(piece: string): StreamEvent[] {
    const blocks = (this.#rest + piece).split("\n\n");
    this.#rest = blocks.pop() ?? "";
    return blocks.flatMap((block) => {
      const lines = block.split("\n");
      const field = (name: string) =>
        lines
          .filter((line) => line.startsWith(`${name}: `))
          .map((line) => line.slice(name.length + 2))
          .join("\n");
      const data = field("data");
      return data === "" ? [] : [{ id: field("id"), data }];
    });
  }
}
