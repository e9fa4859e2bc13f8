import { count } from "../../../shared/text/counts.ts";
import type { Judgement } from "../../reproduce/judgement.ts";
import { fittedTable, type TableColumn } from "./fittedTable.ts";

const COLUMNS: readonly TableColumn<Judgement>[] = [
  { head: "claim", importance: 1, cell: ({ claim }) => claim.title },
  { head: "verdict", importance: 2, cell: ({ verdict }) => verdict },
  {
    head: "checks that hold",
    importance: 3,
    align: "right",
    cell: ({ checks }) =>
      `${checks.filter(({ verdict }) => verdict === "holds").length} of ${checks.length}`,
  },
  { head: "runs", importance: 4, align: "right", cell: ({ runs }) => count(runs.length) },
  { head: "name", importance: 5, cell: ({ claim }) => claim.id },
];

/** Formats the verdicts for people, a claim a row, as wide as the terminal is. */
export function claimTable(judgements: readonly Judgement[], limit = Infinity): string {
  return fittedTable(COLUMNS, judgements, limit);
}
