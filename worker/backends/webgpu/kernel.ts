/** Replicas of a batch; each has a slot, a workgroup's threads read it. */
export interface ReplicaSlot {
  readonly seed: bigint;
  readonly replica: number;
}

/**
 * Words of 32 bits of a slot's state, in a storage buffer of all slots:
 *
 * | word | what |
 * | --- | --- |
 * | 0, 1 | the squared norm of x, float32 high and low part: their sum is the number |
 * | 2 | the exponent (int32): powers of two taken out of the norm |
 * | 3 | layers that had no unit on the steeper side (uint32) |
 * | 4 | not 0 if the replica must be computed anew, because float32 cannot hold it |
 * | 5 | layers behind this state (uint32): a kernel reads from here which layer comes next |
 * | 6, 7 | free |
 *
 * As in simd/assembly/layer.ts, log ‖x‖ = ½ log(squared norm) + ln 2 · exponent + log|ratio| ·
 * one-sided layers + drift.
 */
export const STATE_WORDS = 8;

/** Propagates replicas of one network on a device. Its pipelines are compiled. */
export interface Kernel {
  /** Bytes of device memory that a replica takes, its state included. */
  readonly bytesPerReplica: number;
  /** The number of replicas in a batch is best a multiple of this. */
  readonly replicasPerWorkgroup: number;
  /** Threads that work on a replica side by side. */
  readonly threadsPerReplica: number;
  /** Operations of a replica's layer, roughly, to bound the time of the first dispatches. */
  readonly operationsPerLayer: number;
  /** Growth per layer to add to that of shared/random/drift.ts and of the scaled activation. */
  readonly drift: number;
  /** Puts replicas into device memory; they have not begun yet. */
  batch(slots: readonly ReplicaSlot[]): Batch;
  destroy(): void;
}

/** Replicas in device memory. Bits of one replica do not depend on the others of its batch. */
export interface Batch {
  /** The states, STATE_WORDS words a slot, in the order of the slots; usage has COPY_SRC. */
  readonly states: GPUBuffer;
  /** Records the initial inputs: the state at depth 0. */
  encodeStart(pass: GPUComputePassEncoder): void;
  /** Records `layers` more layers. How layers are split into calls changes no bit. */
  encodeLayers(pass: GPUComputePassEncoder, layers: number): void;
  /** Frees its buffers; nothing that uses them may be on its way. */
  destroy(): void;
}
