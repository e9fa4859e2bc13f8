import type { RunJson } from "../../shared/wire/json.ts";
import type { SweepHeading } from "../../shared/wire/pageJson.ts";
import { isStudy } from "../../shared/studies/studyReport.ts";
import type { LearningCurve } from "../../shared/wire/pageJson.ts";
import { armTable } from "./armTable.ts";
import { html } from "./dom.ts";
import { phaseDiagram, planesOf } from "./phaseDiagram.ts";
import { nameBeside, progressBar, stateBadge, sweepProgressText, titleOf } from "./runFacts.ts";
import { runTable } from "./runTable.ts";
import { studyPanel } from "./studyPanel.ts";
import type { ViewState } from "./viewState.ts";

/**
 * The page of a sweep: its progress, its phase diagrams, or what it has found where it is a study, and
 * all of its runs.
 *
 * @param width pixels of a diagram among several.
 * @param widthAlone pixels of a diagram that is the only one.
 */
export function sweepPage(
  { rest: shown, resources }: ViewState,
  width: number,
  widthAlone: number,
): HTMLElement[] {
  const [heading, ...rest] = resources;
  const sweep = heading as SweepHeading;
  const runs = rest as RunJson[];
  const planes = isStudy(runs) ? [] : planesOf(runs);
  const diagramWidth = planes.length === 1 ? widthAlone : width;
  return [
    html("h1", {}, titleOf(sweep), " ", stateBadge(sweep.state)),
    progressBar(titleOf(sweep), sweep.progress),
    html("p", { class: "subject", id: "progress" }, sweepProgressText(sweep)),
    ...(nameBeside(sweep) === "" ? [] : [html("p", { class: "subject" }, nameBeside(sweep))]),
    ...(planes.length === 0
      ? []
      : [
          html(
            "div",
            { class: "charts" },
            ...planes.map((plane) => phaseDiagram(plane, diagramWidth)),
          ),
          html("h2", {}, "Runs"),
        ]),
    ...(isStudy(runs)
      ? [
          ...studyPanel(runs, (shown as { curves?: LearningCurve[] }).curves ?? [], widthAlone),
          html("h2", {}, "Arms"),
        ]
      : []),
    isStudy(runs) ? armTable("Arms of the study", runs) : runTable("Runs of the sweep", runs),
  ];
}
