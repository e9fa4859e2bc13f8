import { bytes, count, duration, rough } from "../../shared/text/counts.ts";
import type { FleetJson, WorkerJson } from "../../shared/wire/pageJson.ts";
import { html } from "./dom.ts";
import { scrollable } from "./frame.ts";
import { stateBadge } from "./runFacts.ts";
import type { ViewState } from "./viewState.ts";

/** The fleet: workers, their devices and what they hold, those in trouble first. */
export function fleetPage({ rest, resources }: ViewState): HTMLElement[] {
  const fleet = rest as unknown as FleetJson;
  const workers = resources as readonly WorkerJson[];
  const tiles: readonly (readonly [string, number])[] = [
    ["Workers connected", fleet.connectedCount],
    ["Slots", fleet.slotCount],
    ["Shards leased", fleet.leaseCount],
    ["In quarantine", fleet.quarantinedCount],
  ];
  return [
    html("h1", {}, "Fleet"),
    html(
      "div",
      { class: "tiles" },
      ...tiles.map(([title, value]) =>
        html(
          "section",
          { class: "tile" },
          html("h2", {}, title),
          html("p", { class: "value" }, html("data", { value }, count(value))),
        ),
      ),
    ),
    workers.length === 0
      ? html(
          "p",
          {},
          "No workers are connected. Start one: ",
          html("code", {}, "lyapunov work --coordinator …"),
        )
      : workerTable(workers),
    ...(fleet.nextPageToken === ""
      ? []
      : [
          html(
            "p",
            {},
            html("a", { href: `/fleet?pageToken=${fleet.nextPageToken}` }, "More workers"),
          ),
        ]),
  ];
}

function workerTable(workers: readonly WorkerJson[]): HTMLElement {
  const columns = ["worker", "state", "device", "backends", "slots", "leased", "silent for"];
  const table = html(
    "table",
    {},
    html("thead", {}, html("tr", {}, ...columns.map((name) => html("th", { scope: "col" }, name)))),
    html("tbody", {}, ...workers.flatMap(workerRows)),
  );
  const region = scrollable("Workers", table);
  region.classList.add("surface");
  return region;
}

function workerRows(worker: WorkerJson): HTMLElement[] {
  const { displayName, state, reason, devices, silentSeconds } = worker;
  const head = html("th", { scope: "row" }, displayName);
  if (devices.length === 0) {
    return [
      html("tr", {}, head, html("td", {}, stateBadge(state)), html("td", { colspan: 5 }, reason)),
    ];
  }
  const silence = silentSeconds === null || silentSeconds === 0 ? "–" : duration(silentSeconds);
  return devices.map(({ description, backends, slotCount, leaseCount }, i) =>
    html(
      "tr",
      {},
      i === 0 ? head : html("th", { scope: "row" }, `${displayName}, device ${i + 1}`),
      html("td", {}, stateBadge(state)),
      html("td", {}, description),
      html("td", {}, ...backends.map((backend) => html("div", {}, backendText(backend)))),
      html("td", {}, count(slotCount)),
      html("td", {}, count(leaseCount)),
      html("td", {}, silence),
    ),
  );
}

type Backend = WorkerJson["devices"][number]["backends"][number];

/** `webgpu: GPU, software, driver 5.0, 24,576.0 MB, 1.23M weights/s`. */
function backendText({ name, gpu, software, driver, ...known }: Backend): string {
  const { memoryBytes, weightsPerSecond } = known;
  const facts = [
    ...(gpu ? ["GPU"] : []),
    ...(software ? ["software"] : []),
    ...(driver === "" ? [] : [driver]),
    ...(memoryBytes === null ? [] : [bytes(memoryBytes)]),
    ...(weightsPerSecond === null ? [] : [`${rough(weightsPerSecond)} weights/s`]),
  ];
  return facts.length === 0 ? name : `${name}: ${facts.join(", ")}`;
}
