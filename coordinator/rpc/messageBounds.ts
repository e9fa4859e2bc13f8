import protobuf from "protobufjs";
import { reasonOf } from "../../shared/wire/reason.ts";

import { count } from "../../shared/text/counts.ts";
import { tooLong } from "../../shared/specification/violations.ts";
import { LENGTH_DELIMITED, shapeOf, type FieldShape, type MessageShape } from "./messageShapes.ts";

/** Wire types in the encoding of Protocol Buffers. */
const DOUBLE = 1;
const GROUP_START = 3;
const GROUP_END = 4;

/**
 * Most values that a message may decode to. A sweep of 2,000 runs with 64 checkpoints each has a
 * fifth of them; a shard's sums have far fewer. Two bytes can decode to a message of thirty fields,
 * and one byte to a 64-bit number, which is an object here. Without a bound, 16 MiB could decode to
 * more memory than there is.
 */
const MAXIMUM_VALUES = 2 ** 20;

/**
 * How deep messages may be nested; one level of JSON in `parameters` takes three. Deeper nesting
 * could overflow the decoder's stack.
 */
const MAXIMUM_NESTING = 64;

/**
 * Packed numbers of more bytes are counted one by one. In a shorter list that may have more entries
 * than this, its bytes are counted in their place: partials hold many such lists, and come often.
 */
const LONG_LIST_BYTES = 4096;
/** Most bytes of a character in UTF-8. */
const CHARACTER_BYTES = 4;

/** The bytes are not a message, or one that holds more than any well-meant message. */
export class UnreadableMessage extends Error {
  override readonly name = "UnreadableMessage";
  /** Path of the field at fault; empty if it is the message as a whole. */
  readonly field: string;
  /** The message, if whoever was to read it has kept it. */
  bytes: Uint8Array | undefined;

  constructor(
    message: string,
    options: { readonly field?: string; readonly cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.field = options.field ?? "";
  }
}

/**
 * Checks a message without decoding it, in time that is linear in its bytes: that it is one, and
 * that no field holds more than its bound (fieldBounds.ts).
 *
 * @throws UnreadableMessage
 */
export function checkMessage(type: protobuf.Type, bytes: Uint8Array): void {
  new Walk(protobuf.Reader.create(bytes)).message(shapeOf(type), bytes.length, MAXIMUM_NESTING);
}

/** A walk through the bytes of one message. */
class Walk {
  readonly #reader: protobuf.Reader;
  /** The way from the message to where the walk is: fields, and the places in those that are lists. */
  readonly #way: FieldShape[] = [];
  readonly #places: number[] = [];
  #values = 0;

  constructor(reader: protobuf.Reader) {
    this.#reader = reader;
  }

  /** @param nesting levels that may still follow. */
  message({ fields, values }: MessageShape, end: number, nesting: number): void {
    if (nesting === 0)
      throw this.#refusal(`it is nested more than ${MAXIMUM_NESTING} deep; give fewer levels`);
    this.#count(values);
    const reader = this.#reader;
    /** Entries of the message's lists so far. */
    let entries: Map<FieldShape, number> | undefined;
    while (reader.pos < end) {
      const tag = this.#read();
      const wireType = tag & 7;
      // Only proto2 had groups; skipping one is the only thing that recurses without a type.
      if (wireType === GROUP_START || wireType === GROUP_END) {
        throw this.#malformed("it holds a group");
      }
      const field = fields.get(tag >>> 3);
      if (field === undefined) {
        this.#value(field, wireType, end, nesting);
        continue;
      }
      const before = entries?.get(field) ?? 0;
      this.#way.push(field);
      this.#places.push(before);
      const added = this.#value(field, wireType, end, nesting);
      if (field.isList) {
        this.#checkEntries(field, before + added);
        (entries ??= new Map()).set(field, before + added);
      }
      this.#way.pop();
      this.#places.pop();
    }
    if (reader.pos !== end) throw this.#malformed("it is longer than its message");
  }

  /** Walks through what follows a tag; returns how many entries it adds to a list. */
  #value(field: FieldShape | undefined, wireType: number, end: number, nesting: number): number {
    // The decoder ignores the wire type: it would read what is skipped here as a whole message.
    if (field !== undefined && !isWireTypeOf(field, wireType)) {
      throw this.#malformed("it is of another type");
    }
    if (wireType !== LENGTH_DELIMITED) {
      this.#skip(wireType);
      this.#count(1);
      return 1;
    }
    const stop = this.#read() + this.#reader.pos;
    if (stop > end) throw this.#malformed("it is longer than its message");
    return this.#delimited(field, stop, nesting);
  }

  #delimited(field: FieldShape | undefined, stop: number, nesting: number): number {
    const reader = this.#reader;
    const length = stop - reader.pos;
    const { bytes = Infinity } = field?.bound ?? {};
    if (length > bytes) {
      throw this.#refusal(
        `${count(length)} bytes are not allowed; give at most ${count(bytes)} bytes`,
      );
    }
    const inner = field?.inner?.();
    if (inner !== undefined) {
      this.message(inner, stop, nesting - 1);
      return 1;
    }
    let added = 1;
    if (field?.isPackable === true) added = this.#packed(field, stop);
    else if (field?.isText === true) this.#checkText(field, stop);
    this.#count(added);
    reader.pos = stop;
    return added;
  }

  /** How many numbers a packed list has; it may be fewer if a list may have that many. */
  #packed({ wireType, bound: { entries = Infinity } }: FieldShape, stop: number): number {
    const { buf, pos } = this.#reader;
    if (wireType === DOUBLE) return Math.ceil((stop - pos) / 8);
    if (entries > LONG_LIST_BYTES && stop - pos <= LONG_LIST_BYTES) return stop - pos;
    let numbers = 0;
    for (let i = pos; i < stop; i++) if ((buf[i] as number) < 128) numbers += 1;
    return numbers;
  }

  #checkText({ bound: { characters = Infinity } }: FieldShape, stop: number): void {
    const { buf, pos } = this.#reader;
    if (stop - pos <= characters) return;
    let found = 0;
    // All bytes of a character in UTF-8 but its first begin with the bits 10.
    for (let i = pos; i < stop; i++) if (((buf[i] as number) & 0xc0) !== 0x80) found += 1;
    // Bytes that are no UTF-8 may hold no first bytes at all.
    const length = Math.max(found, Math.ceil((stop - pos) / CHARACTER_BYTES));
    if (length > characters) throw this.#refusal(tooLong(length, characters));
  }

  #checkEntries({ bound: { entries = Infinity } }: FieldShape, found: number): void {
    if (found <= entries) return;
    // The list itself is at fault, and not the entry that is one too many.
    this.#places[this.#places.length - 1] = NaN;
    throw this.#refusal(
      `more than ${count(entries)} entries are not allowed; give at most ${count(entries)}`,
    );
  }

  #read(): number {
    try {
      return this.#reader.uint32();
    } catch (error) {
      throw this.#malformed(reasonOf(error), error);
    }
  }

  #skip(wireType: number): void {
    try {
      this.#reader.skipType(wireType);
    } catch (error) {
      throw this.#malformed(reasonOf(error), error);
    }
  }

  #count(values: number): void {
    this.#values += values;
    if (this.#values <= MAXIMUM_VALUES) return;
    throw new UnreadableMessage(
      `the message holds more than ${count(MAXIMUM_VALUES)} values; give fewer at a time`,
    );
  }

  #malformed(what: string, cause?: unknown): UnreadableMessage {
    return this.#refusal(`${what}; encode the message as the contract has it`, cause);
  }

  /** Refuses the field where the walk is, or the whole message at its beginning. */
  #refusal(message: string, cause?: unknown): UnreadableMessage {
    const steps = this.#way.map(({ name, isList, isMap }, i) => {
      const place = this.#places[i] as number;
      return isList && !isMap && !Number.isNaN(place) ? `${name}[${place}]` : name;
    });
    return new UnreadableMessage(message, { field: steps.join("."), cause });
  }
}

function isWireTypeOf(field: FieldShape, wireType: number): boolean {
  return wireType === field.wireType || (wireType === LENGTH_DELIMITED && field.isPackable);
}
