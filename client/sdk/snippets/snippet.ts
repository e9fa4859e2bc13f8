import { jax } from "./jax.ts";
import { keras } from "./keras.ts";
import { pytorch } from "./pytorch.ts";
import type { SnippetLaw, SnippetRequest } from "./request.ts";
import { tfjs } from "./tfjs.ts";

const WRITERS = { pytorch, keras, jax, tfjs } as const;

export type Framework = keyof typeof WRITERS;

/** The frameworks for which an initializer can be written. */
export const FRAMEWORKS = Object.keys(WRITERS) as readonly Framework[];

/** The laws that frameworks can draw from, and snippets are written for. */
export const SNIPPET_LAWS: readonly SnippetLaw[] = ["gaussian", "orthogonal", "uniform"];

/**
 * Writes an initializer as source code that runs as it is, with nothing but its framework. For
 * Gaussian and orthogonal weights it has the closed form in it and serves layers of every shape; for
 * uniform weights it serves layers of the requested width.
 */
export function snippet(framework: Framework, request: SnippetRequest): string {
  return WRITERS[framework](request);
}
