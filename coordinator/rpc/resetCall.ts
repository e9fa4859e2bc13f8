import { constants } from "node:http2";

import type { Metadata } from "@grpc/grpc-js";

/** The part of an HTTP/2 stream that ends it at once, whatever waits in it. */
interface Resettable {
  close(code: number): void;
}

/** The HTTP/2 streams of calls, by the metadata that their handlers are given, too. */
const streams = new WeakMap<Metadata, Resettable>();

/** A call as grpc-js has it inside: its own call, in as many wrappings as there are interceptors. */
interface Call {
  readonly stream?: Partial<Resettable>;
  readonly nextCall?: Call;
}

/** Remembers the HTTP/2 stream of a call, so that it can be reset. */
export function rememberStream(metadata: Metadata, call: object): void {
  let inner: Call = call;
  while (inner.stream === undefined && inner.nextCall !== undefined) inner = inner.nextCall;
  const { stream } = inner;
  if (isResettable(stream)) streams.set(metadata, stream);
}

function isResettable(stream: Partial<Resettable> | undefined): stream is Resettable {
  return typeof stream?.close === "function";
}

/**
 * Ends a call whose reader does not read. grpc-js can only end one once the reader has taken what was
 * written before, and keeps that in memory until then. A client hears RESOURCE_EXHAUSTED.
 */
export function resetCall(metadata: Metadata): void {
  streams.get(metadata)?.close(constants.NGHTTP2_ENHANCE_YOUR_CALM);
}
