import { BACKENDS, type DeviceBackend } from "../../shared/specification/backends.ts";
import { MAXIMUM_DISPLAY_NAME_LENGTH } from "../../shared/specification/commonFields.ts";
import { MAXIMUM_GENERATOR_LENGTH } from "../../shared/shard/partialProblem.ts";
import { clipped, textProblem } from "../../shared/specification/violations.ts";
import { shortName } from "../../shared/wire/enumerations.ts";
import { invalidField } from "../../shared/wire/errorDetails.ts";
import type { Device__Output } from "../../shared/wire/generated/lyapunov/v1/Device.ts";
import type { Join__Output } from "../../shared/wire/generated/lyapunov/v1/Join.ts";
import type { DeviceDescription } from "../scheduler/events.ts";

const MAXIMUM_SLOTS = 1024;
const MAXIMUM_DEVICES = 64;

/** A worker that wants to join: who it is, and what it propagates with. */
export interface WorkerJoin {
  readonly worker: string;
  /** For people; empty if the worker gives none. */
  readonly displayName: string;
  readonly version: string;
  readonly devices: readonly DeviceDescription[];
  readonly heldLeases: readonly number[];
}

/**
 * Reads a join whose texts and lists have been bounded already (fieldBounds.ts).
 *
 * @throws ApiError INVALID_ARGUMENT with the field at fault
 */
export function readJoin(join: Join__Output): WorkerJoin {
  const { workerId, displayName, version } = join;
  if (!/^[\w-]{1,64}$/.test(workerId)) {
    throw invalidField("join.worker_id", "give 1 to 64 letters, digits, - or _");
  }
  return {
    worker: workerId,
    displayName: clipped(displayName, MAXIMUM_DISPLAY_NAME_LENGTH),
    version,
    devices: readDevices(join.devices),
    heldLeases: join.heldLeaseIds.map(Number),
  };
}

function readDevices(devices: readonly Device__Output[]): DeviceDescription[] {
  if (devices.length === 0 || devices.length > MAXIMUM_DEVICES) {
    throw invalidField("join.devices", `give 1 to ${MAXIMUM_DEVICES} devices`);
  }
  return devices.map((device, i) => {
    const { slotCount } = device;
    if (slotCount < 1 || slotCount > MAXIMUM_SLOTS) {
      throw invalidField(
        `join.devices[${i}].slot_count`,
        `${slotCount} is not allowed; give 1 to ${MAXIMUM_SLOTS}`,
      );
    }
    return { backends: readBackends(device, `join.devices[${i}]`), slotCount };
  });
}

/** A device's backends and their generators; a backend named without one has an unknown generator. */
function readBackends(
  { backends, deviceBackends }: Device__Output,
  device: string,
): DeviceBackend[] {
  const generators = new Map(backends.map((backend) => [shortName("backend", backend), ""]));
  for (const [i, { backend, generator }] of deviceBackends.entries()) {
    const problem = textProblem(generator, MAXIMUM_GENERATOR_LENGTH);
    if (problem !== undefined) {
      // No partial could have it.
      throw invalidField(`${device}.device_backends[${i}].generator`, problem);
    }
    generators.set(shortName("backend", backend), generator);
  }
  // A backend that this coordinator does not know can be asked for by none of its runs.
  return BACKENDS.flatMap((name) => {
    const generator = generators.get(name);
    return generator === undefined ? [] : [{ name, generator }];
  });
}
