import { significant } from "../../shared/text/numbers.ts";
import type { RunJson } from "../../shared/wire/json.ts";
import { svg } from "./dom.ts";
import { figure, path, type Frame } from "./frame.ts";
import { bestEstimate, gainLabel, lawText } from "./runFacts.ts";

/** Runs that differ only in gain and width. */
export interface Plane {
  readonly title: string;
  readonly runs: readonly RunJson[];
}

interface Column {
  readonly label: string;
  /** The gain of the column's runs, if they share one. */
  readonly gain: number;
}

const CELL_HEIGHT = 34;

/** The planes of a sweep that have more than one gain and more than one width. */
export function planesOf(runs: readonly RunJson[]): Plane[] {
  const groups = Map.groupBy(runs, ({ network, sampling }) => {
    if (network === null) return "";
    const { depth, negativeSlope } = network;
    return `${lawText(network)}, depth ${depth}, slope ${negativeSlope}, ${sampling} sampling`;
  });
  return [...groups]
    .map(([title, members]) => ({ title, runs: members }))
    .filter(
      (plane) =>
        new Set(plane.runs.map(({ network }) => network?.width)).size > 1 &&
        new Set(plane.runs.map(gainLabel)).size > 1,
    );
}

/** λ over gain and width, with the line where it is zero. */
export function phaseDiagram({ title, runs }: Plane, width: number): HTMLElement {
  const columns = columnsOf(runs);
  const widths = [...new Set(runs.map(({ network }) => network?.width ?? 0))].toSorted(
    (a, b) => b - a,
  );
  const frame: Frame = {
    width,
    height: 56 + widths.length * CELL_HEIGHT,
    left: 62,
    right: width - 4,
    top: 18,
    bottom: 18 + widths.length * CELL_HEIGHT,
  };
  const step = (frame.right - frame.left) / columns.length;
  const cells = new Map(runs.map((run) => [`${run.network?.width} ${gainLabel(run)}`, run]));
  const lambdaAt = (row: number, column: Column) => lambdaOf(cells.get(`${row} ${column.label}`));
  const largest = Math.max(1e-9, ...runs.map((run) => Math.abs(lambdaOf(run) ?? 0)));
  const drawn = widths.flatMap((row, i) => [
    svg(
      "text",
      { x: frame.left - 8, y: frame.top + (i + 0.5) * CELL_HEIGHT + 4, "text-anchor": "end" },
      String(row),
    ),
    ...columns.flatMap((column, j) => {
      const place = { x: frame.left + j * step, y: frame.top + i * CELL_HEIGHT };
      return cell(place, step, lambdaAt(row, column), largest);
    }),
  ]);
  const critical = widths.flatMap((row, i) => {
    const at = criticalPlace(
      columns,
      columns.map((column) => lambdaAt(row, column)),
      runs.find(({ network }) => network?.width === row)?.exact?.criticalGain ?? null,
    );
    if (at === undefined) return [];
    const x = frame.left + (at + 0.5) * step;
    const y = frame.top + i * CELL_HEIGHT;
    return [[x, y] as const, [x, y + CELL_HEIGHT] as const];
  });
  const every = Math.max(1, Math.ceil((columns.length * 46) / (frame.right - frame.left)));
  const labels = columns.map(({ label }, j) =>
    j % every === 0
      ? svg(
          "text",
          { x: frame.left + (j + 0.5) * step, y: frame.bottom + 17, "text-anchor": "middle" },
          label,
        )
      : undefined,
  );
  const shown = labels.filter((label) => label !== undefined);
  return figure({
    title: `Phase diagram: ${title}`,
    text: sentence(runs),
    frame,
    drawing: [
      ...drawn,
      ...shown,
      ...(critical.length === 0 ? [] : [path("critical", critical)]),
      svg("text", { x: 0, y: 10 }, "width"),
      svg("text", { x: frame.right, y: frame.height - 4, "text-anchor": "end" }, "gain"),
    ],
    legend:
      "Blue: activations vanish (λ < 0). Orange: they blow up (λ > 0). " +
      "The stronger, the faster. Dots: the critical line λ = 0.",
    table: {
      columns: ["width", ...columns.map(({ label }) => `gain ${label}`)],
      rows: widths.map((row) => [
        String(row),
        ...columns.map((column) => {
          const lambda = lambdaAt(row, column);
          return lambda === undefined ? "unknown" : significant(lambda, 4);
        }),
      ]),
    },
  });
}

function columnsOf(runs: readonly RunJson[]): Column[] {
  const columns = new Map(
    runs.map((run) => [gainLabel(run), { label: gainLabel(run), gain: run.network?.gain ?? 0 }]),
  );
  return [...columns.values()].toSorted((a, b) => a.gain - b.gain);
}

function lambdaOf(run: RunJson | undefined): number | undefined {
  return run === undefined ? undefined : (bestEstimate(run)?.estimate ?? undefined);
}

function cell(
  { x, y }: { readonly x: number; readonly y: number },
  width: number,
  lambda: number | undefined,
  largest: number,
): SVGElement[] {
  const kind = lambda === undefined ? "unknown" : lambda > 0 ? "positive" : "negative";
  // The root keeps small exponents visible: the critical line runs through them.
  const strength = lambda === undefined ? 0.5 : 0.06 + 0.5 * Math.sqrt(Math.abs(lambda) / largest);
  const box = {
    x: x.toFixed(1),
    y: y.toFixed(1),
    width: width.toFixed(1),
    height: CELL_HEIGHT,
  };
  const value =
    lambda === undefined || width < 48
      ? []
      : [
          svg(
            "text",
            { class: "cell-value", x: x + width / 2, y: y + CELL_HEIGHT / 2 + 4 },
            significant(lambda, 2),
          ),
        ];
  return [
    svg("rect", { class: `cell ${kind}`, "fill-opacity": strength.toFixed(2), ...box }),
    svg("rect", { class: "cell-outline", ...box }),
    ...value,
  ];
}

/**
 * The place where λ = 0 in a row, in columns from the first: by the exact critical gain, or else
 * between the neighbours where λ̂ turns positive. Undefined if it is not within the row.
 */
function criticalPlace(
  columns: readonly { readonly gain: number }[],
  lambdas: readonly (number | undefined)[],
  criticalGain: number | null,
): number | undefined {
  for (let j = 0; j + 1 < columns.length; j++) {
    const [a, b] = [columns[j]?.gain ?? 0, columns[j + 1]?.gain ?? 0];
    if (criticalGain !== null) {
      if (criticalGain >= a && criticalGain <= b && b > a) return j + (criticalGain - a) / (b - a);
      continue;
    }
    const [below, above] = [lambdas[j], lambdas[j + 1]];
    if (below !== undefined && above !== undefined && below <= 0 && above > 0) {
      return j + below / (below - above);
    }
  }
  return undefined;
}

function sentence(runs: readonly RunJson[]): string {
  const known = runs.map(lambdaOf).filter((lambda) => lambda !== undefined);
  if (known.length === 0) return "No estimates yet.";
  const range = `${significant(Math.min(...known), 3)} to ${significant(Math.max(...known), 3)}`;
  return `λ̂ is known for ${known.length} of ${runs.length} runs, from ${range}.`;
}
