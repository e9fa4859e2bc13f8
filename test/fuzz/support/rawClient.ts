import { ChannelCredentials, Client, status as Code, type ServiceError } from "@grpc/grpc-js";

/** Longest time for a call, on a machine that others use, too. */
const DEADLINE_MILLISECONDS = 10_000;

function asIs(bytes: Buffer): Buffer {
  return bytes;
}

/** A client that sends bytes as messages and returns how calls end. */
export class RawClient implements Disposable {
  readonly #client: Client;

  constructor(address: string) {
    this.#client = new Client(address, ChannelCredentials.createInsecure());
  }

  /** Calls a method; returns the code with which the call ends. */
  unary(path: string, bytes: Uint8Array): Promise<string> {
    const { promise, resolve } = Promise.withResolvers<string>();
    this.#client.makeUnaryRequest(
      path,
      asIs,
      asIs,
      Buffer.from(bytes),
      { deadline: Date.now() + DEADLINE_MILLISECONDS },
      (error) => {
        resolve(Code[error?.code ?? Code.OK] ?? "a code without a name");
      },
    );
    return promise;
  }

  /** Opens a stream; returns the code of its end, or OK once it answers: it may go on for long. */
  watch(path: string, bytes: Uint8Array): Promise<string> {
    const stream = this.#client.makeServerStreamRequest(path, asIs, asIs, Buffer.from(bytes), {
      deadline: Date.now() + DEADLINE_MILLISECONDS,
    });
    const { promise, resolve } = Promise.withResolvers<string>();
    stream.on("data", () => {
      resolve("OK");
      stream.cancel();
    });
    stream.on("error", ({ code }: ServiceError) => {
      resolve(Code[code] ?? "a code without a name");
    });
    stream.on("end", () => {
      resolve("OK");
    });
    return promise;
  }

  /** Sends all messages on a stream and closes it; returns the code with which it ends. */
  converse(path: string, messages: readonly Uint8Array[]): Promise<string> {
    const stream = this.#client.makeBidiStreamRequest(path, asIs, asIs, {
      deadline: Date.now() + DEADLINE_MILLISECONDS,
    });
    const { promise, resolve } = Promise.withResolvers<string>();
    stream.on("data", () => undefined);
    stream.on("error", ({ code }: ServiceError) => {
      resolve(Code[code] ?? "a code without a name");
    });
    stream.on("status", ({ code }: { readonly code: Code }) => {
      resolve(Code[code] ?? "a code without a name");
    });
    for (const bytes of messages) stream.write(Buffer.from(bytes));
    stream.end();
    return promise;
  }

  [Symbol.dispose](): void {
    this.#client.close();
  }
}
