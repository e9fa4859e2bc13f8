/** A response that is encoded already: what many read is encoded once. GuardedServer sends it as it is. */
export class EncodedMessage {
  readonly bytes: Buffer;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }
}
