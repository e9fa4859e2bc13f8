import { bytes, rough } from "../../../shared/text/counts.ts";
import { ABSENT } from "../../../shared/text/numbers.ts";
import { canPropagateAtAll } from "../../../shared/kinds/propagation/propagationBackends.ts";
import type { SurveyedDevice } from "../../../shared/specification/surveyedDevice.ts";
import { fittedTable, type TableColumn } from "./fittedTable.ts";
import { wrapped } from "./wrap.ts";

/**
 * Formats what a machine can compute with as a table, and below it what cannot be had, and why, no
 * wider than the columns.
 */
export function deviceTable(surveyed: readonly SurveyedDevice[], limit: number): string {
  const found = surveyed.filter(({ name }) => name !== undefined);
  return [
    ...(found.length === 0 ? [] : [fittedTable(COLUMNS, found, limit)]),
    ...notes(surveyed).flatMap((note) => wrapped(note, limit)),
  ].join("\n");
}

const COLUMNS: readonly TableColumn<SurveyedDevice>[] = [
  { head: "device", importance: 1, cell: ({ name }) => name ?? ABSENT },
  { head: "backend", importance: 1, cell: ({ backend }) => backend },
  {
    head: "weights/s",
    importance: 2,
    align: "right",
    cell: ({ weightsPerSecond }) =>
      weightsPerSecond === undefined ? ABSENT : rough(weightsPerSecond),
  },
  {
    head: "slots",
    importance: 5,
    align: "right",
    cell: ({ slotCount }) => (slotCount === undefined ? ABSENT : String(slotCount)),
  },
  {
    head: "memory",
    importance: 5,
    align: "right",
    cell: ({ memoryBytes }) => (memoryBytes === undefined ? ABSENT : bytes(memoryBytes)),
  },
  { head: "what it is", importance: 3, cell: ({ description }) => description ?? ABSENT },
  { head: "driver", importance: 4, cell: ({ driver }) => driver ?? ABSENT },
];

function notes(surveyed: readonly SurveyedDevice[]): string[] {
  const software = surveyed.filter(({ isSoftware }) => isSoftware).map(titleOf);
  const trainers = surveyed
    .filter(({ name, backend }) => name !== undefined && !canPropagateAtAll(backend))
    .map(titleOf);
  const problems = surveyed.flatMap((device) =>
    device.problem === undefined ? [] : [`${titleOf(device)} cannot be had: ${device.problem}`],
  );
  return [
    ...(software.length === 0
      ? []
      : [`software, taken only with --backend and --allow-software: ${software.join(", ")}`]),
    ...(trainers.length === 0 ? [] : [`only trains: ${trainers.join(", ")}`]),
    ...problems,
  ];
}

function titleOf({ name, backend }: SurveyedDevice): string {
  return name === undefined ? backend : `${name} by ${backend}`;
}
