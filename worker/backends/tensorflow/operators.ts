import {
  type Attribute,
  type Binding,
  type RealType,
  type TensorId,
  type TensorType,
  TYPES,
} from "./binding.ts";

declare const OF_TYPE: unique symbol;

/** A tensor with elements of one type. */
export type Tensor<Type extends TensorType = RealType> = TensorId & { readonly [OF_TYPE]: Type };

/** Random operators that are pure functions of a key and a counter of Philox4x32-10. */
export type RandomOperator =
  | "StatelessRandomNormalV2"
  | "StatelessRandomUniformV2"
  | "StatelessTruncatedNormalV2";

/** How StatelessRandom…V2 name Philox4x32-10. */
const PHILOX = 1;

/**
 * Ids are int32 numbers that the binding counts up without end: after 2³¹ come the negative ones, and
 * in the end those of tensors that are still there. Nothing else of a process runs out: over millions
 * of operators its memory stays the same. It is renewed in time, after some hours.
 */
const SPENT_ID = 2 ** 30;

/**
 * TensorFlow's operators, each executed at once (on a GPU: put into its queue).
 *
 * They are called through the binding itself, as tfjs's `executeSingleOutput` does, because a tensor
 * of tfjs cannot have float64 elements, nor the uint64 ones that random operators take.
 *
 * Tensors live until their scope ends: see `tidy` and `scope`.
 */
export class Operators {
  readonly #binding: Binding;
  readonly #scopes: Set<TensorId>[] = [];
  readonly #constants = new Map<string, TensorId>();
  #lastId: TensorId = 0;

  constructor(binding: Binding) {
    this.#binding = binding;
  }

  get isSpent(): boolean {
    return this.#lastId > SPENT_ID;
  }

  /** Counts what others have made with the same binding; its ids are used up by all. */
  noteOthers(): void {
    using _ = this.scope();
    this.integers([0]);
  }

  /** Runs the body and frees every tensor that it makes, but for those that it returns. */
  tidy<Kept extends readonly TensorId[]>(body: () => Kept): Kept {
    using scope = this.scope();
    const kept = body();
    scope.release(kept);
    return kept;
  }

  /** Frees what is made from now on at its own end. Scopes end in the reverse order of their start. */
  scope(): Disposable & { release(kept: readonly TensorId[]): void } {
    const made = new Set<TensorId>();
    const outer = this.#scopes.at(-1);
    this.#scopes.push(made);
    return {
      release: (kept) => {
        for (const id of kept) if (made.delete(id)) outer?.add(id);
      },
      [Symbol.dispose]: () => {
        this.#scopes.pop();
        for (const id of made) this.#binding.deleteTensor(id);
      },
    };
  }

  /** Frees tensors of the innermost scope before it ends. */
  free(...tensors: readonly TensorId[]): void {
    const made = this.#scopes.at(-1);
    for (const id of tensors) if (made?.delete(id) === true) this.#binding.deleteTensor(id);
  }

  /** A number, made once and kept. */
  scalar<Type extends RealType>(value: number, type: Type): Tensor<Type> {
    return this.#constant(`${type} ${value}`, () => {
      if (type === "float32") {
        return this.#binding.createTensor([], TYPES.float32, Float32Array.of(value));
      }
      // The binding cannot write float64.
      const halves = new Int32Array(Float64Array.of(value).buffer);
      const words = this.#binding.createTensor([2], TYPES.int32, halves);
      const attributes = [this.#type("T", "int32"), this.#type("type", type)];
      const [number] = this.#binding.executeOp("Bitcast", attributes, [words], 1);
      this.#binding.deleteTensor(words);
      return (number as { readonly id: TensorId }).id;
    }) as Tensor<Type>;
  }

  /** A vector of int32 numbers, such as a shape. */
  integers(values: readonly number[]): Tensor<"int32"> {
    const numbers = Int32Array.from(values);
    return this.#made(this.#binding.createTensor([values.length], TYPES.int32, numbers));
  }

  /** 64-bit integers, taken modulo 2⁶⁴. */
  longs(values: readonly bigint[]): Tensor<"int64"> {
    const words = BigInt64Array.from(values, (value) => BigInt.asIntN(64, value));
    return this.#made(
      this.#binding.createTensor([values.length], TYPES.int64, new Int32Array(words.buffer)),
    );
  }

  filled<Type extends RealType>(shape: readonly number[], value: number, type: Type): Tensor<Type> {
    const attributes = [this.#type("T", type), this.#type("index_type", "int32")];
    return this.#run("Fill", attributes, [this.integers(shape), this.scalar(value, type)]);
  }

  /** The numbers of a tensor, once they are computed. */
  read(tensor: Tensor<"float64">): Float64Array {
    // The binding cannot read float64.
    using _ = this.scope();
    const words = this.#bitcast(tensor, "float64", "int32");
    const { buffer, byteOffset, byteLength } = this.#binding.tensorDataSync(words);
    return new Float64Array(buffer as ArrayBuffer, byteOffset, byteLength / 8);
  }

  unsigned(tensor: Tensor<"int64">): Tensor<"uint64"> {
    return this.#bitcast(tensor, "int64", "uint64");
  }

  random<Type extends RealType>(
    operator: RandomOperator,
    type: Type,
    shape: Tensor<"int32">,
    key: Tensor<"uint64">,
    counter: Tensor<"uint64">,
  ): Tensor<Type> {
    const attributes = [this.#type("dtype", type), this.#type("Tshape", "int32")];
    const philox = this.#constant("philox", () =>
      this.#binding.createTensor([], TYPES.int32, Int32Array.of(PHILOX)),
    );
    return this.#run(operator, attributes, [shape, key, counter, philox]);
  }

  cast(tensor: Tensor<TensorType>, from: TensorType): Tensor<"float64"> {
    return this.#run("Cast", this.#cast(from, "float64"), [tensor]);
  }

  unary<Type extends RealType>(
    name: "Abs" | "Log" | "Relu" | "Sign",
    type: Type,
    tensor: Tensor<Type>,
  ): Tensor<Type> {
    return this.#run(name, [this.#type("T", type)], [tensor]);
  }

  binary<Type extends RealType | "int64">(
    name: "AddV2" | "DivNoNan" | "Mul",
    type: Type,
    a: Tensor<Type>,
    b: Tensor<Type>,
  ): Tensor<Type> {
    return this.#run(name, [this.#type("T", type)], [a, b]);
  }

  compare<Type extends RealType>(
    name: "Less" | "LessEqual",
    type: Type,
    a: Tensor<Type>,
    b: Tensor<Type>,
  ): Tensor<"bool"> {
    return this.#run(name, [this.#type("T", type)], [a, b]);
  }

  /** Takes each number from `a` where the condition holds, else from `b`; shapes are stretched. */
  select<Type extends RealType>(
    type: Type,
    condition: Tensor<"bool">,
    a: Tensor<Type>,
    b: Tensor<Type>,
  ): Tensor<Type> {
    return this.#run("SelectV2", [this.#type("T", type)], [condition, a, b]);
  }

  leakyRelu<Type extends RealType>(type: Type, tensor: Tensor<Type>, slope: number): Tensor<Type> {
    const { TF_ATTR_FLOAT } = this.#binding;
    const attributes = [
      this.#type("T", type),
      { name: "alpha", type: TF_ATTR_FLOAT, value: slope },
    ];
    return this.#run("LeakyRelu", attributes, [tensor]);
  }

  /** Products of matrices, shape [replicas, rows, columns], with one vector each. */
  batchedProducts<Type extends RealType>(
    type: Type,
    matrices: Tensor<Type>,
    vectors: Tensor<Type>,
  ): Tensor<Type> {
    const attributes = [
      this.#type("T", type),
      this.#flag("adj_x", false),
      this.#flag("adj_y", false),
    ];
    return this.#run("BatchMatMulV2", attributes, [matrices, vectors]);
  }

  /** Sums or Euclidean norms along one axis, which stays with a length of 1. */
  reduce<Type extends RealType>(
    name: "Sum" | "EuclideanNorm",
    type: Type,
    tensor: Tensor<Type>,
    axis: number,
  ): Tensor<Type> {
    const attributes = [
      this.#type("T", type),
      this.#type("Tidx", "int32"),
      this.#flag("keep_dims", true),
    ];
    const axes = this.#constant(`axis ${axis}`, () =>
      this.#binding.createTensor([1], TYPES.int32, Int32Array.of(axis)),
    );
    return this.#run(name, attributes, [tensor, axes]);
  }

  reshape<Type extends RealType>(
    type: Type,
    tensor: Tensor<Type>,
    shape: readonly number[],
  ): Tensor<Type> {
    const attributes = [this.#type("T", type), this.#type("Tshape", "int32")];
    return this.#run("Reshape", attributes, [tensor, this.integers(shape)]);
  }

  /** Rows from…from + count − 1 along the first axis of a tensor with this shape. */
  slice<Type extends RealType>(
    type: Type,
    tensor: Tensor<Type>,
    shape: readonly number[],
    from: number,
    count: number,
  ): Tensor<Type> {
    const attributes = [this.#type("T", type), this.#type("Index", "int32")];
    const [, ...inner] = shape;
    const begin = this.integers([from, ...inner.map(() => 0)]);
    return this.#run("Slice", attributes, [tensor, begin, this.integers([count, ...inner])]);
  }

  /** Orthogonal matrices Q, and the diagonals of R, of each matrix of a batch. */
  qr<Type extends RealType>(
    type: Type,
    matrices: Tensor<Type>,
  ): readonly [q: Tensor<Type>, diagonal: Tensor<Type>] {
    const attributes = [this.#type("T", type), this.#flag("full_matrices", false)];
    const outputs = this.#binding.executeOp("Qr", attributes, [matrices], 2);
    const [q, r] = outputs.map(({ id }) => this.#made<Type>(id)) as [Tensor<Type>, Tensor<Type>];
    return [q, this.#run("MatrixDiagPart", [this.#type("T", type)], [r])];
  }

  #bitcast<To extends TensorType>(
    tensor: Tensor<TensorType>,
    from: TensorType,
    to: To,
  ): Tensor<To> {
    return this.#run("Bitcast", [this.#type("T", from), this.#type("type", to)], [tensor]);
  }

  #run<Type extends TensorType>(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly TensorId[],
  ): Tensor<Type> {
    const [output] = this.#binding.executeOp(name, attributes, inputs, 1);
    return this.#made((output as { readonly id: TensorId }).id);
  }

  #made<Type extends TensorType>(id: TensorId): Tensor<Type> {
    this.#lastId = id;
    this.#scopes.at(-1)?.add(id);
    return id as Tensor<Type>;
  }

  #constant(name: string, make: () => TensorId): TensorId {
    const id = this.#constants.get(name) ?? make();
    this.#constants.set(name, id);
    return id;
  }

  #type(name: string, type: TensorType): Attribute {
    return { name, type: this.#binding.TF_ATTR_TYPE, value: TYPES[type] };
  }

  #flag(name: string, value: boolean): Attribute {
    return { name, type: this.#binding.TF_ATTR_BOOL, value };
  }

  #cast(from: TensorType, to: TensorType): readonly Attribute[] {
    return [this.#type("SrcT", from), this.#type("DstT", to), this.#flag("Truncate", false)];
  }
}
