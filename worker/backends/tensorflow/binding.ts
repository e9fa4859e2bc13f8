/** The handle of a tensor in TensorFlow; ids count up and are never used again. */
export type TensorId = number;

/** An attribute of an operator, such as the type of its elements. */
export interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly value: number | boolean;
}

/** What is used here of the Node binding of TensorFlow's C API (tfjs-node-gpu's tfjs_binding.node). */
export interface Binding {
  readonly TF_Version: string;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_FLOAT: number;
  createTensor(
    shape: readonly number[],
    type: number,
    values: Float32Array | Int32Array | Uint8Array,
  ): TensorId;
  deleteTensor(id: TensorId): void;
  /** Copies a tensor of a type that JavaScript knows; waits until it is computed. */
  tensorDataSync(id: TensorId): Float32Array | Int32Array | Uint8Array;
  executeOp(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly TensorId[],
    outputCount: number,
  ): readonly { readonly id: TensorId }[];
  /** Tensors that have been created and not deleted. */
  getNumOfTensors(): number;
}

/** Types of elements, as TensorFlow's C API numbers them. */
export const TYPES = { float32: 1, float64: 2, int32: 3, int64: 9, bool: 10, uint64: 23 } as const;

export type TensorType = keyof typeof TYPES;

/** Types of activations. */
export type RealType = "float32" | "float64";
