/*
 * What `import "lyapunov-cluster"` gives.
 */
export { SimulationApi } from "./api.ts";
export { InputError } from "./errors.ts";
export type { Run, Run__Output } from "../../shared/wire/generated/lyapunov/v1/Run.ts";
export type { Sweep, Sweep__Output } from "../../shared/wire/generated/lyapunov/v1/Sweep.ts";
