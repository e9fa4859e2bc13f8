import { status as Code } from "@grpc/grpc-js";

import { refused } from "../../shared/specification/violations.ts";
import { ApiError, invalidField } from "../../shared/wire/errorDetails.ts";
import type { SimulationReads } from "../simulations/reads.ts";
import {
  MAXIMUM_PAGE_SIZE,
  readName,
  readPageSize,
  readPageToken,
} from "../simulations/requests.ts";
import { fleetView } from "./fleetView.ts";
import { runJson, sweepJson } from "./resourceJson.ts";
import type { Viewed, Views } from "./views.ts";

/**
 * Reads what is at a path below /api/, except the events: what gRPC says, in the JSON of the command
 * line, with the fleet and the charts of a run beside it.
 *
 * @throws ApiError INVALID_ARGUMENT, NOT_FOUND; InvalidPageToken
 */
export async function readResource(
  reads: SimulationReads,
  views: Pick<Views, "charts">,
  path: string,
  query: URLSearchParams,
): Promise<unknown> {
  const [, , collection = "", id, part, ...more] = path.split("/");
  if (more.length > 0) throw unknownPath(path);
  if (collection === "runs" && id !== undefined) {
    const name = readName("runs", `runs/${id}`);
    if (part === "charts") return views.charts(name);
    if (part === undefined) return runJson(await reads.run(name));
  }
  if (collection === "sweeps" && id !== undefined && part === undefined) {
    return sweepJson(await reads.sweep(readName("sweeps", `sweeps/${id}`)));
  }
  if (id !== undefined) throw unknownPath(path);
  const pageSize = sizeOf(query);
  const pageToken = readPageToken(query.get("pageToken") ?? "");
  switch (collection) {
    case "runs": {
      const { runs, nextPageToken } = await reads.runs(pageSize, pageToken);
      return { runs: runs.map(runJson), nextPageToken };
    }
    case "sweeps": {
      const { sweeps, nextPageToken } = await reads.sweeps(pageSize, pageToken);
      return { sweeps: sweeps.map(sweepJson), nextPageToken };
    }
    case "fleet":
      return fleetView(reads, pageSize, readOffset(pageToken));
    default:
      throw unknownPath(path);
  }
}

/** Reads which view a stream of events is asked for. @throws ApiError INVALID_ARGUMENT */
export function readViewed(query: URLSearchParams): Viewed {
  const view = query.get("view") ?? "overview";
  const pageToken = readPageToken(query.get("pageToken") ?? "");
  if (view === "overview") return { view, pageToken };
  if (view === "fleet") return { view, pageToken: readOffset(pageToken) };
  if (!/^(runs|sweeps)\//.test(view)) {
    const allowed = "give overview, fleet, runs/{id} or sweeps/{id}";
    throw invalidField("view", `${refused(view)}; ${allowed}`);
  }
  const collection = view.startsWith("sweeps/") ? "sweeps" : "runs";
  return { view: readName(collection, view), pageToken: "" };
}

/** The parameters of an address by the fields of the requests that they stand for. */
const PARAMETERS: Readonly<Record<string, string>> = {
  page_size: "pageSize",
  page_token: "pageToken",
};

/**
 * A refusal in the words of an address.
 *
 * @param query whether the address has a view, whose name is a parameter, too.
 */
export function inWordsOfAddress(refusal: ApiError, query: URLSearchParams): ApiError {
  const [{ field, description } = { field: "", description: "" }] = refusal.violations;
  const parameter = field === "name" && query.has("view") ? "view" : PARAMETERS[field];
  if (parameter === undefined) return refusal;
  return new ApiError(refusal.code, refusal.reason, `${parameter}: ${description}`, {
    violations: [{ field: parameter, description }],
  });
}

function sizeOf(query: URLSearchParams): number {
  const text = query.get("pageSize") ?? "0";
  if (/^\d{1,6}$/.test(text)) return readPageSize(Number(text));
  throw invalidField("page_size", `${refused(text)}; give 1 to ${MAXIMUM_PAGE_SIZE}`);
}

/** Reads a page token of the fleet, a number of workers: nobody keeps where one was in the list. */
function readOffset(pageToken: string): string {
  if (/^\d{0,9}$/.test(pageToken)) return pageToken;
  throw invalidField("page_token", `${refused(pageToken)} for the fleet; leave it out`);
}

function unknownPath(path: string): ApiError {
  return new ApiError(
    Code.NOT_FOUND,
    "NOT_FOUND",
    `'${path}' is unknown; there are /api/runs, /api/sweeps, /api/fleet and /api/events`,
  );
}
