import type * as core from "@tensorflow/tfjs-core";

/** The library TensorFlow.js with one of its backends, wherever it was loaded from. */
export type TensorFlowJs = typeof core;

export type Tensor = core.Tensor;
