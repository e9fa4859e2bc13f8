import { count, counted } from "../../shared/text/counts.ts";
import type { RunJson } from "../../shared/wire/json.ts";
import type { FleetJson, SweepHeading } from "../../shared/wire/pageJson.ts";
import { armTable } from "./armTable.ts";
import { html } from "./dom.ts";
import { progressBar, stateBadge, sweepProgressText, titleOf } from "./runFacts.ts";
import { runTable } from "./runTable.ts";
import type { ViewState } from "./viewState.ts";

/** The overview: sweeps and runs, newest first, and the workers. */
export function overviewPage({ rest, resources }: ViewState): HTMLElement[] {
  const sweeps = resources.filter(({ name }) => name.startsWith("sweeps/")) as SweepHeading[];
  const runs = resources.filter(({ name }) => name.startsWith("runs/")) as RunJson[];
  const { fleet, nextPageToken } = rest as { fleet: FleetJson; nextPageToken: string };
  return [
    html("h1", {}, "Overview"),
    html("p", { class: "subject" }, fleetText(fleet)),
    ...(sweeps.length === 0
      ? []
      : [html("h2", {}, "Sweeps"), html("div", { class: "cards" }, ...sweeps.map(sweepCard))]),
    html("h2", {}, "Runs"),
    ...(runs.length === 0
      ? [
          html(
            "p",
            {},
            "No runs yet. Submit one: ",
            html("code", {}, "lyapunov run --coordinator …"),
          ),
        ]
      : runTables(runs)),
    ...(nextPageToken === ""
      ? []
      : [
          html(
            "p",
            {},
            html("a", { href: `/?pageToken=${encodeURIComponent(nextPageToken)}` }, "Older runs"),
          ),
        ]),
  ];
}

/** Trainings have losses where other runs have exponents, so they get a table of their own. */
function runTables(runs: readonly RunJson[]): HTMLElement[] {
  const { trainings = [], others = [] } = Object.groupBy(runs, ({ training }) =>
    training === undefined ? "others" : "trainings",
  );
  return [
    ...(others.length === 0 ? [] : [runTable("Runs", others)]),
    ...(trainings.length === 0
      ? []
      : [html("h2", {}, "Trainings"), armTable("Trainings", trainings)]),
  ];
}

function fleetText({ connectedCount, slotCount, leaseCount, quarantinedCount }: FleetJson): string {
  const workers = counted(connectedCount, "worker");
  const trouble = quarantinedCount === 0 ? "" : ` · ${count(quarantinedCount)} in quarantine`;
  return `${workers} · ${counted(slotCount, "slot")} · ${counted(leaseCount, "shard")} leased${trouble}`;
}

function sweepCard(sweep: SweepHeading): HTMLElement {
  const { name, state, progress } = sweep;
  return html(
    "article",
    { class: "card" },
    html("h3", {}, html("a", { href: `/${name}` }, titleOf(sweep)), stateBadge(state)),
    progressBar(titleOf(sweep), progress),
    html("p", {}, sweepProgressText(sweep)),
  );
}
