import { armOf, type Arm } from "../../shared/studies/arm.ts";
import { lossText } from "../../shared/studies/lossText.ts";
import { given, percent } from "../../shared/text/numbers.ts";
import type { RunJson } from "../../shared/wire/json.ts";
import { html } from "./dom.ts";
import { scrollable } from "./frame.ts";
import { progressBar, stateBadge, titleOf } from "./runFacts.ts";

/** A column of numbers, or of names. */
interface ArmColumn {
  readonly head: string;
  readonly isNumber: boolean;
  readonly text: (arm: Arm) => string;
}

const COLUMNS: readonly ArmColumn[] = [
  { head: "optimizer", isNumber: false, text: ({ optimizer }) => optimizer },
  { head: "rate", isNumber: true, text: ({ learningRate }) => given(learningRate) },
  { head: "decay", isNumber: true, text: ({ weightDecay }) => given(weightDecay) },
  { head: "loss, best 80 %", isNumber: true, text: (arm) => armLoss(arm.bestMedianTestLoss) },
  { head: "loss", isNumber: true, text: (arm) => armLoss(arm.medianTestLoss) },
  { head: "diverged", isNumber: true, text: ({ divergedShare }) => shareText(divergedShare) },
  { head: "stuck", isNumber: true, text: ({ stuckShare }) => shareText(stuckShare) },
];

/** A table of trainings, such as the arms of a study: one a line, each with a link to its own page. */
export function armTable(name: string, runs: readonly RunJson[]): HTMLElement {
  const table = html(
    "table",
    {},
    html(
      "thead",
      {},
      html(
        "tr",
        {},
        head("arm"),
        head("state"),
        ...COLUMNS.map((column) => head(column.head, column.isNumber)),
        head("progress"),
      ),
    ),
    html("tbody", {}, ...runs.map(armRow)),
  );
  const region = scrollable(name, table);
  region.classList.add("surface");
  return region;
}

function head(text: string, isNumber = false): HTMLElement {
  return html("th", { scope: "col", class: isNumber ? "number" : undefined }, text);
}

function armRow(run: RunJson): HTMLElement {
  const arm = armOf(run);
  return html(
    "tr",
    {},
    html("th", { scope: "row" }, html("a", { href: `/${run.name}` }, titleOf(run))),
    html("td", {}, stateBadge(run.state)),
    ...COLUMNS.map(({ isNumber, text }) =>
      html("td", { class: isNumber ? "number" : undefined }, arm === undefined ? "" : text(arm)),
    ),
    html("td", {}, run.progress === null ? "" : progressBar(titleOf(run), run.progress)),
  );
}

function armLoss(loss: Arm["medianTestLoss"]): string {
  return loss === undefined ? "" : lossText(loss.estimate);
}

/** A share as a percentage of two digits; nothing where it is not known. */
export function shareText(share: Arm["divergedShare"]): string {
  return share === undefined ? "" : percent(share.estimate, 2);
}
