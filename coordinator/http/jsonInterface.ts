import { status as Code } from "@grpc/grpc-js";

import { ApiError, invalidField } from "../../shared/wire/errorDetails.ts";
import type { Simulations } from "../simulations/simulations.ts";
import type { Engine } from "../engine/engine.ts";
import { readName, readPageSize, readPageToken } from "../simulations/requests.ts";
import { fleetView } from "./fleetView.ts";
import { runJson, sweepJson } from "./resourceJson.ts";
import type { Viewed, Views } from "./views.ts";

export interface JsonInterfaceOptions {
  readonly coordinator: Simulations;
  readonly engine: Engine;
  readonly views: Views;
  /** Seconds, the engine's. */
  readonly clock: () => number;
}

/**
 * What is at a path below /api/, but for the events: what gRPC answers, in the JSON of the command
 * line, with the fleet and the charts of a run beside it.
 *
 * @throws ApiError INVALID_ARGUMENT, NOT_FOUND; InvalidPageToken
 */
export async function readResource(
  { coordinator, engine, views, clock }: JsonInterfaceOptions,
  path: string,
  query: URLSearchParams,
): Promise<unknown> {
  const [, , collection = "", id, part, ...more] = path.split("/");
  if (more.length > 0) throw unknownPath(path);
  if (collection === "runs" && id !== undefined) {
    const name = readName("runs", `runs/${id}`);
    if (part === "charts") return views.charts(name);
    if (part === undefined) return runJson(await coordinator.run(name));
  }
  if (collection === "sweeps" && id !== undefined && part === undefined) {
    return sweepJson(await coordinator.sweep(readName("sweeps", `sweeps/${id}`)));
  }
  if (id !== undefined) throw unknownPath(path);
  const pageSize = sizeOf(query);
  const pageToken = readPageToken(query.get("pageToken") ?? "");
  switch (collection) {
    case "runs": {
      const { runs, nextPageToken } = await coordinator.runs(pageSize, pageToken);
      return { runs: runs.map(runJson), nextPageToken };
    }
    case "sweeps": {
      const { sweeps, nextPageToken } = await coordinator.sweeps(pageSize, pageToken);
      return { sweeps: sweeps.map(sweepJson), nextPageToken };
    }
    case "fleet":
      return fleetView(engine.fleet, clock(), pageSize, readOffset(pageToken));
    default:
      throw unknownPath(path);
  }
}

/** Which view a stream of events is asked for. @throws ApiError INVALID_ARGUMENT */
export function readViewed(query: URLSearchParams): Viewed {
  const view = query.get("view") ?? "overview";
  const pageToken = readPageToken(query.get("pageToken") ?? "");
  if (view === "overview") return { view, pageToken };
  if (view === "fleet") return { view, pageToken: readOffset(pageToken) };
  const collection = view.startsWith("sweeps/") ? "sweeps" : "runs";
  return { view: readName(collection, view), pageToken: "" };
}

function sizeOf(query: URLSearchParams): number {
  const text = query.get("pageSize") ?? "0";
  return readPageSize(/^\d{1,6}$/.test(text) ? Number(text) : Number.NaN);
}

/** Pages of the fleet are counted off: nobody keeps where a worker was in the list. */
function readOffset(pageToken: string): string {
  if (/^\d{0,9}$/.test(pageToken)) return pageToken;
  throw invalidField("page_token", `'${pageToken}' is not a page token of the fleet; leave it out`);
}

function unknownPath(path: string): ApiError {
  return new ApiError(
    Code.NOT_FOUND,
    "NOT_FOUND",
    `'${path}' is not known here; there are /api/runs, /api/sweeps, /api/fleet and /api/events`,
  );
}
