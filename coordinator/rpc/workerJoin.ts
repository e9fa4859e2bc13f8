import { BACKENDS, type DeviceBackend } from "../../shared/specification/backends.ts";
import { MAXIMUM_DISPLAY_NAME_LENGTH } from "../../shared/specification/commonFields.ts";
import {
  MAXIMUM_DEVICE_LENGTH,
  MAXIMUM_GENERATOR_LENGTH,
} from "../../shared/shard/partialProblem.ts";
import { clipped, refused, textProblem } from "../../shared/specification/violations.ts";
import { shortName } from "../../shared/wire/enumerations.ts";
import { invalidField } from "../../shared/wire/errorDetails.ts";
import type { DeviceBackend__Output } from "../../shared/wire/generated/lyapunov/v1/DeviceBackend.ts";
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
    const description = clipped(device.description, MAXIMUM_DEVICE_LENGTH);
    const backends = readBackends(device, `join.devices[${i}]`);
    return { ...(description !== "" && { description }), backends, slotCount };
  });
}

/** A device's backends; one that is only named has an unknown generator. */
function readBackends(
  { backends, deviceBackends }: Device__Output,
  device: string,
): DeviceBackend[] {
  const details = new Map<string | undefined, Omit<DeviceBackend, "name">>(
    backends.map((backend) => [shortName("backend", backend), { generator: "" }]),
  );
  for (const [i, backend] of deviceBackends.entries()) {
    const path = `${device}.device_backends[${i}]`;
    details.set(shortName("backend", backend.backend), readDetails(backend, path));
  }
  // A backend that this coordinator does not know can be asked for by none of its runs.
  return BACKENDS.flatMap((name) => {
    const known = details.get(name);
    return known === undefined ? [] : [{ name, ...known }];
  });
}

/** What a device says of a backend; what it does not say is left out. */
function readDetails(backend: DeviceBackend__Output, path: string): Omit<DeviceBackend, "name"> {
  const { generator, driver, deviceKind, software, memoryBytes, weightsPerSecond } = backend;
  const { kinds } = backend;
  // No partial could have such a generator.
  refuse(`${path}.generator`, textProblem(generator, MAXIMUM_GENERATOR_LENGTH));
  refuse(`${path}.driver`, textProblem(driver, MAXIMUM_DEVICE_LENGTH));
  if (!(weightsPerSecond >= 0 && weightsPerSecond < Infinity)) {
    const problem = `${refused(weightsPerSecond)}; give a finite number, 0 or more`;
    refuse(`${path}.weights_per_second`, problem);
  }
  return {
    generator,
    ...(driver !== "" && { driver }),
    ...(kinds.length > 0 && { kinds }),
    ...(deviceKind === "DEVICE_KIND_GPU" && { isGpu: true }),
    ...(software && { isSoftware: true }),
    ...(memoryBytes !== "0" && { memoryBytes: Number(memoryBytes) }),
    ...(weightsPerSecond > 0 && { weightsPerSecond }),
  };
}

function refuse(field: string, problem: string | undefined): void {
  if (problem !== undefined) throw invalidField(field, problem);
}
