export type SnippetLaw = "gaussian" | "orthogonal" | "uniform";

/** What an initializer is written for. */
export interface SnippetRequest {
  /** The command that writes it, which its first line names. */
  readonly command: string;
  readonly weights: SnippetLaw;
  readonly negativeSlope: number;
  /** Units of the first layer's input, and of its output. */
  readonly fanIn: number;
  readonly fanOut: number;
  /** The first layer's critical gain, used for uniform weights, which have no closed form. */
  readonly criticalGain: number;
  /** The gain's standard error; null where it is exact. */
  readonly standardError: number | null;
}

/** The functions' names, without the underscore of PyTorch's. */
export const FUNCTION_NAMES = {
  gaussian: "lyapunov_normal",
  orthogonal: "lyapunov_orthogonal",
  uniform: "lyapunov_uniform",
} as const satisfies Record<SnippetLaw, string>;
