import {
  MAXIMUM_DEVICE_LENGTH,
  MAXIMUM_GENERATOR_LENGTH,
} from "../../shared/shard/partialProblem.ts";
import { MAXIMUM_COMPUTATIONS } from "../plan/computations.ts";
import {
  MAXIMUM_DISPLAY_NAME_LENGTH,
  MAXIMUM_SWEEP_RUNS,
} from "../../shared/specification/commonFields.ts";
import { MAXIMUM_CHECKPOINTS } from "../../shared/kinds/propagation/specification.ts";
import { MAXIMUM_CHECKPOINT_STEPS } from "../../shared/kinds/training/trainingInput.ts";
import {
  MAXIMUM_ETAG_LENGTH,
  MAXIMUM_PAGE_TOKEN_LENGTH,
  MAXIMUM_REQUEST_ID_LENGTH,
} from "../simulations/requests.ts";

/** How much of a field a request may hold. Characters are Unicode code points. */
export interface Bound {
  /** Most characters of a text, and of each text of a list. */
  readonly characters?: number;
  /** Most entries of a list or a map. */
  readonly entries?: number;
  /** Most characters of a map's key. */
  readonly keyCharacters?: number;
  /** Most bytes of an inner message, encoded. */
  readonly bytes?: number;
}

const NAME: Bound = { characters: 100 };
const DISPLAY_NAME: Bound = { characters: MAXIMUM_DISPLAY_NAME_LENGTH };
const REQUEST_ID: Bound = { characters: MAXIMUM_REQUEST_ID_LENGTH };
const PAGE_TOKEN: Bound = { characters: MAXIMUM_PAGE_TOKEN_LENGTH };
const ETAG: Bound = { characters: MAXIMUM_ETAG_LENGTH };
const GENERATOR: Bound = { characters: MAXIMUM_GENERATOR_LENGTH };
/** A device, or its driver, for people. */
const DEVICE: Bound = { characters: MAXIMUM_DEVICE_LENGTH };
/** Leases of a worker of four thousand threads. */
const LEASES: Bound = { entries: 262_144 };
/** The network's depth is added to the depths that are given. */
const CHECKPOINTS: Bound = { entries: MAXIMUM_CHECKPOINTS + 1 };
/** The training's last step is added to the steps that are given. */
const CHECKPOINT_STEPS: Bound = { entries: MAXIMUM_CHECKPOINT_STEPS + 1 };
/** Quantities of a kind without fields of its own. */
const QUANTITIES: Bound = { entries: 64, keyCharacters: 100 };
/** A shard has at most so many replicas, and so at most so many bins. */
const BINS: Bound = { entries: 65_536 };
const OBSERVABLES = 64;
/** Observables that are sketched beside the first. */
const MAXIMUM_FURTHER_SKETCHES = 8;

/**
 * The bounds of every text, list and map that a request can hold, by the full name of its field.
 * Fields that are output only are among them: a client may send back what it was sent.
 */
export const FIELD_BOUNDS: Readonly<Record<string, Bound>> = {
  "lyapunov.v1.CreateRunRequest.request_id": REQUEST_ID,
  "lyapunov.v1.GetRunRequest.name": NAME,
  "lyapunov.v1.ListRunsRequest.page_token": PAGE_TOKEN,
  "lyapunov.v1.WatchRunRequest.name": NAME,
  "lyapunov.v1.CancelRunRequest.name": NAME,
  "lyapunov.v1.ExtendRunRequest.name": NAME,
  "lyapunov.v1.ExtendRunRequest.etag": ETAG,
  "lyapunov.v1.CreateSweepRequest.request_id": REQUEST_ID,
  "lyapunov.v1.GetSweepRequest.name": NAME,
  "lyapunov.v1.ListSweepsRequest.page_token": PAGE_TOKEN,
  "lyapunov.v1.WatchSweepRequest.name": NAME,
  "lyapunov.v1.CancelSweepRequest.name": NAME,
  "lyapunov.v1.ExtendSweepRequest.name": NAME,

  "lyapunov.v1.Run.name": NAME,
  "lyapunov.v1.Run.display_name": DISPLAY_NAME,
  "lyapunov.v1.Run.checkpoint_depths": CHECKPOINTS,
  "lyapunov.v1.Run.checkpoints": CHECKPOINTS,
  "lyapunov.v1.Run.error": { characters: 10_000 },
  "lyapunov.v1.Run.sweep": NAME,
  "lyapunov.v1.Run.etag": ETAG,
  "lyapunov.v1.Run.convergence": { entries: 256 },
  "lyapunov.v1.Run.computations": { entries: MAXIMUM_COMPUTATIONS },
  "lyapunov.v1.Computation.backend": NAME,
  "lyapunov.v1.Computation.generator": GENERATOR,
  "lyapunov.v1.Computation.device": DEVICE,
  "lyapunov.v1.Computation.driver": DEVICE,
  "lyapunov.v1.Run.parameters": { bytes: 65_536 },
  "lyapunov.v1.Run.estimates": QUANTITIES,
  "lyapunov.v1.Run.training_checkpoints": CHECKPOINT_STEPS,
  "lyapunov.v1.Training.checkpoint_steps": CHECKPOINT_STEPS,
  "lyapunov.v1.TrainingCheckpoint.test_loss_quantiles": { entries: 64 },
  "lyapunov.v1.TrainingCheckpoint.training_loss_quantiles": { entries: 64 },
  "lyapunov.v1.Precision.targets": QUANTITIES,
  "lyapunov.v1.Estimate.method": NAME,
  "lyapunov.v1.GainCalibration.run": NAME,
  "lyapunov.v1.NetworkSpread.growth_quantiles": { entries: 64 },
  "lyapunov.v1.NetworkSpread.method": NAME,
  "lyapunov.v1.ConvergencePoint.estimates": QUANTITIES,
  "lyapunov.v1.CheckpointEstimate.quantiles": { entries: 64 },
  "lyapunov.v1.Sweep.name": NAME,
  "lyapunov.v1.Sweep.display_name": DISPLAY_NAME,
  "lyapunov.v1.Sweep.runs": { entries: MAXIMUM_SWEEP_RUNS },

  "lyapunov.v1.Join.worker_id": { characters: 64 },
  "lyapunov.v1.Join.display_name": DISPLAY_NAME,
  "lyapunov.v1.Join.version": { characters: 64 },
  "lyapunov.v1.Join.devices": { entries: 64 },
  "lyapunov.v1.Join.held_lease_ids": LEASES,
  "lyapunov.v1.Device.backends": { entries: 64 },
  "lyapunov.v1.Device.description": DEVICE,
  "lyapunov.v1.Device.device_backends": { entries: 64 },
  "lyapunov.v1.DeviceBackend.generator": GENERATOR,
  "lyapunov.v1.DeviceBackend.driver": DEVICE,
  "lyapunov.v1.DeviceBackend.kinds": { entries: 64 },
  "lyapunov.v1.Heartbeat.held_lease_ids": LEASES,
  "lyapunov.v1.ShardResult.run": NAME,
  "lyapunov.v1.ShardFailure.error": { characters: 10_000 },
  "lyapunov.v1.Drain.returned_lease_ids": LEASES,

  "lyapunov.v1.Partial.backend": NAME,
  "lyapunov.v1.Partial.generator": GENERATOR,
  "lyapunov.v1.Partial.device": DEVICE,
  "lyapunov.v1.Partial.driver": DEVICE,
  "lyapunov.v1.Partial.observables": { entries: OBSERVABLES, characters: 100 },
  "lyapunov.v1.Partial.checkpoints": CHECKPOINTS,
  "lyapunov.v1.Champion.values": { entries: OBSERVABLES },
  "lyapunov.v1.CheckpointSums.moments": { entries: OBSERVABLES },
  "lyapunov.v1.CheckpointSums.co_moments": { entries: (OBSERVABLES * (OBSERVABLES - 1)) / 2 },
  "lyapunov.v1.CheckpointSums.further_sketches": { entries: MAXIMUM_FURTHER_SKETCHES },
  "lyapunov.v1.QuantileSketch.bin_indexes": BINS,
  "lyapunov.v1.QuantileSketch.bin_counts": BINS,

  "google.protobuf.Struct.fields": { entries: 1000, keyCharacters: 200 },
  "google.protobuf.Value.string_value": { characters: 10_000 },
  "google.protobuf.ListValue.values": { entries: 10_000 },
};

/** The bound of a field that the table lacks, which a test does not let happen. */
export const OTHERWISE: Bound = { characters: 1000, entries: 1000, keyCharacters: 100 };
