import type { IncomingMessage, ServerResponse } from "node:http";

import { status as Code } from "@grpc/grpc-js";

import type { ApiError } from "../../shared/wire/errorDetails.ts";
import type { Asset } from "./assets.ts";

/** Nothing from elsewhere, nothing inline, and in nobody's frame. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** Headers of every response. */
const HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy": CONTENT_SECURITY_POLICY,
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
};

/** The HTTP statuses of google.rpc.Code. */
const STATUSES: Readonly<Partial<Record<Code, number>>> = {
  [Code.INVALID_ARGUMENT]: 400,
  [Code.UNAUTHENTICATED]: 401,
  [Code.PERMISSION_DENIED]: 403,
  [Code.NOT_FOUND]: 404,
  [Code.RESOURCE_EXHAUSTED]: 429,
  [Code.UNAVAILABLE]: 503,
};

export function sendJson(response: ServerResponse, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(200, {
    ...HEADERS,
    "content-type": "application/json; charset=utf-8",
    "content-length": Buffer.byteLength(text),
    "cache-control": "no-store",
  });
  // To HEAD, node:http sends no body.
  response.end(text);
}

/** Sends the headers of a stream of server-sent events. */
export function beginEvents(response: ServerResponse): void {
  response.writeHead(200, {
    ...HEADERS,
    "content-type": "text/event-stream",
    "cache-control": "no-store",
    // Otherwise nginx would gather the whole stream before it passes it on.
    "x-accel-buffering": "no",
  });
}

/**
 * Sends a file, or 304 if the browser has it: it asks every time, so that an upgrade is seen at once.
 */
export function sendAsset(request: IncomingMessage, response: ServerResponse, asset: Asset): void {
  const headers = { ...HEADERS, etag: asset.etag, "cache-control": "no-cache" };
  if (request.headers["if-none-match"] === asset.etag) {
    response.writeHead(304, headers).end();
    return;
  }
  response.writeHead(200, {
    ...headers,
    "content-type": asset.type,
    "content-length": asset.body.length,
  });
  response.end(asset.body);
}

/** Sends a refusal as JSON, in the shape that Google's interfaces have. */
export function sendRefusal(response: ServerResponse, refusal: ApiError): void {
  const code = STATUSES[refusal.code] ?? 500;
  sendError(response, code, Code[refusal.code], refusal.reason, refusal.message);
}

/** Sends an error that no call of gRPC has, in that shape too. */
export function sendError(
  response: ServerResponse,
  code: number,
  status: string,
  reason: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  const text = JSON.stringify({ error: { code, status, reason, message } });
  response.writeHead(code, {
    ...HEADERS,
    ...(code === 401 && { "www-authenticate": "Bearer" }),
    ...headers,
    "content-type": "application/json; charset=utf-8",
    "content-length": Buffer.byteLength(text),
    "cache-control": "no-store",
  });
  response.end(text);
}
