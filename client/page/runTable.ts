import { count } from "../../shared/text/counts.ts";
import { given, withError } from "../../shared/text/numbers.ts";
import type { RunJson } from "../../shared/wire/json.ts";
import { html } from "./dom.ts";
import { scrollable } from "./frame.ts";
import {
  exactExponentText,
  exponentText,
  gainLabel,
  lawText,
  progressBar,
  stateBadge,
  titleOf,
} from "./runFacts.ts";

const COLUMNS = [
  "run",
  "state",
  "λ̂",
  "exact λ",
  "width",
  "depth",
  "slope",
  "weights",
  "gain",
  "critical gain",
  "progress",
];
const NUMBERS: ReadonlySet<string> = new Set([
  "λ̂",
  "exact λ",
  "critical gain",
  "width",
  "depth",
  "slope",
]);

/** A table of runs, one a line, each with a link to its own page. */
export function runTable(name: string, runs: readonly RunJson[]): HTMLElement {
  const head = COLUMNS.map((column) =>
    html("th", { scope: "col", class: NUMBERS.has(column) ? "number" : undefined }, column),
  );
  const table = html(
    "table",
    {},
    html("thead", {}, html("tr", {}, ...head)),
    html("tbody", {}, ...runs.map(runRow)),
  );
  const region = scrollable(name, table);
  region.classList.add("surface");
  return region;
}

function runRow(run: RunJson): HTMLElement {
  const { network, progress, criticalGain } = run;
  return html(
    "tr",
    {},
    html("th", { scope: "row" }, html("a", { href: `/${run.name}` }, titleOf(run))),
    html(
      "td",
      {},
      stateBadge(run.state),
      ...(run.targetMet === false && run.state === "SUCCEEDED" ? [" target missed"] : []),
    ),
    html("td", { class: "number" }, exponentText(run)),
    html("td", { class: "number" }, exactExponentText(run)),
    html("td", { class: "number" }, network === null ? "" : count(network.width)),
    html("td", { class: "number" }, network === null ? "" : count(network.depth)),
    html("td", { class: "number" }, network === null ? "" : given(network.negativeSlope)),
    html("td", {}, network === null ? "" : lawText(network)),
    html("td", {}, gainLabel(run)),
    html("td", { class: "number" }, withError(criticalGain?.estimate, criticalGain?.standardError)),
    html("td", {}, progress === null ? "" : progressBar(titleOf(run), progress)),
  );
}
