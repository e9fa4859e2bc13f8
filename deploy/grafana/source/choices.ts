import type { Choice } from "./dashboard.ts";

export const BACKEND: Choice = {
  name: "backend",
  title: "Backend",
  label: "backend",
  metric: "lyapunov_worker_slots",
};

export const COORDINATOR: Choice = {
  name: "instance",
  title: "Coordinator",
  label: "instance",
  metric: "lyapunov_leader",
};

export const WORKER: Choice = {
  name: "instance",
  title: "Worker",
  label: "instance",
  metric: "lyapunov_worker_connected",
};

export const RUN: Choice = {
  name: "run",
  title: "Run",
  label: "run",
  metric: "lyapunov_run_progress_ratio",
};
