/**
 * WGSL for the state of a replica, which ../kernel.ts describes. The batch keeps it in a storage
 * buffer of such structures; a kernel works on a copy. Any of a replica's threads may say that it
 * must be computed anew: this word is never copied.
 */
export const STATE = /* wgsl */ `
struct StoredState {
  squaredNorm: vec2<f32>,
  exponent: i32,
  oneSided: u32,
  doubted: atomic<u32>,
  layers: u32,
  free0: u32,
  free1: u32,
}

struct State {
  squaredNorm: vec2<f32>,
  exponent: i32,
  // Layers that had no unit on the steeper side.
  oneSided: u32,
  // Layers behind this state.
  layers: u32,
}

fn loadState(at: ptr<storage, StoredState, read_write>) -> State {
  return State((*at).squaredNorm, (*at).exponent, (*at).oneSided, (*at).layers);
}

fn storeState(at: ptr<storage, StoredState, read_write>, state: State) {
  (*at).squaredNorm = state.squaredNorm;
  (*at).exponent = state.exponent;
  (*at).oneSided = state.oneSided;
  (*at).layers = state.layers;
}

// Whether this thread found that float32 cannot hold the replica.
var<private> doubt: bool;

fn storeDoubt(at: ptr<storage, StoredState, read_write>) {
  if (doubt) { atomicStore(&(*at).doubted, 1u); }
}
`;
