/** A result that a worker keeps until it is acknowledged. */
export interface LeaseHolder {
  readonly worker: string;
  readonly lease: number;
}
