import { DeviceLostError } from "../backend.ts";

/** Notices that a device is lost, or has become useless: whatever it does not do right is a loss. */
export class DeviceLoss {
  readonly #name: string;
  readonly #lost = Promise.withResolvers<DeviceLostError>();
  #error: DeviceLostError | undefined;
  #isExpected = false;

  /** @param name of the device, for people */
  constructor(device: GPUDevice, name: string) {
    this.#name = name;
    device.addEventListener("uncapturederror", (event) => {
      // Dawn would print it, too.
      event.preventDefault();
      this.report(event.error.message);
    });
    void device.lost.then(({ reason, message }) => {
      this.report(message === "" ? reason : message);
    });
  }

  /** Set once the device is lost. */
  get error(): DeviceLostError | undefined {
    return this.#error;
  }

  /** Resolves when the device is lost. */
  get lost(): Promise<DeviceLostError> {
    return this.#lost.promise;
  }

  /** From now on the device is destroyed on purpose. */
  expect(): void {
    this.#isExpected = true;
  }

  /** The device has done what it must not do; the first line of the reason is told. */
  report(reason: string): void {
    if (this.#isExpected || this.#error !== undefined) return;
    const [line = ""] = reason.trim().split("\n");
    this.#error = new DeviceLostError(`backend webgpu: ${this.#name} was lost: ${line}`);
    this.#lost.resolve(this.#error);
  }
}
