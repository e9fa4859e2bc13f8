import {
  BigValueColorMode,
  BigValueGraphMode,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  TooltipDisplayMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
  GraphThresholdsStyleConfigBuilder,
} from "@grafana/grafana-foundation-sdk/common";
import {
  ThresholdsConfigBuilder,
  ThresholdsMode,
  type Threshold,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { DataqueryBuilder, PromQueryFormat } from "@grafana/grafana-foundation-sdk/prometheus";
import { PanelBuilder as StatBuilder } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as TableBuilder } from "@grafana/grafana-foundation-sdk/table";
import { PanelBuilder as TimeSeriesBuilder } from "@grafana/grafana-foundation-sdk/timeseries";

/** The dashboards' own choice of a Prometheus; see `dashboard.ts`. */
export const DATA_SOURCE = { type: "prometheus", uid: "${datasource}" };

/** Widths of panels, in columns; a dashboard has 24. */
const WIDTHS = { sixth: 4, quarter: 6, third: 8, half: 12, full: 24 } as const;

/** PromQL by the name of its series; `{{label}}` in a name stands for the label's value. */
type Queries = Readonly<Record<string, string>>;

interface PanelText {
  readonly title: string;
  /** What is shown and how to read it: the text behind the panel's (i). */
  readonly description: string;
  /** One of Grafana's units, or `si: things/s`. */
  readonly unit: string;
  readonly width: keyof typeof WIDTHS;
  /** The queries of the panel, by the names of their series. */
  readonly queries: Queries;
  readonly decimals?: number;
  /** Lower values are an alarm. */
  readonly least?: number;
  /** From the first value on, values are a warning; from the second on, an alarm. */
  readonly limits?: readonly [warning: number, alarm: number];
}

interface CurvesText extends PanelText {
  /** Where the axis begins, unless curves go below; "data": where curves begin. @defaultValue 0 */
  readonly from?: number | "data";
  /** Where the axis ends, unless curves go above. */
  readonly to?: number;
}

/** Curves over time, with their names, last values and largest values below. */
export function curves(text: CurvesText): TimeSeriesBuilder {
  const panel = new TimeSeriesBuilder()
    .height(8)
    .fillOpacity(6)
    .lineWidth(1.5)
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.Table)
        .placement(LegendPlacement.Bottom)
        .showLegend(true)
        .calcs(["lastNotNull", "max"]),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi));
  const { from = 0 } = text;
  if (from !== "data") panel.axisSoftMin(from);
  if (text.to !== undefined) panel.axisSoftMax(text.to);
  if (text.limits !== undefined) {
    const style = new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed);
    panel.thresholdsStyle(style);
  }
  return described(panel, text, (query) => query.range());
}

/** One large number for each series, over a faint curve of its past. */
export function figures(text: PanelText): StatBuilder {
  const panel = new StatBuilder()
    .height(4)
    .colorMode(BigValueColorMode.Value)
    .graphMode(BigValueGraphMode.Area)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(["lastNotNull"]))
    .noValue("nothing");
  return described(panel, text, (query) => query.range());
}

/** A table of present values: a column for each query, a row for each set of labels they share. */
export function table(text: PanelText): TableBuilder {
  const columns = Object.keys(text.queries);
  const panel = new TableBuilder()
    .height(9)
    .withTransformation({ id: "merge", options: {} })
    .withTransformation({
      id: "organize",
      options: {
        excludeByName: { Time: true },
        renameByName: Object.fromEntries(
          columns.map((column, index) => [`Value #${queryName(index)}`, column]),
        ),
      },
    });
  return described(panel, text, (query) => query.instant().format(PromQueryFormat.Table));
}

type AnyPanel = TimeSeriesBuilder | StatBuilder | TableBuilder;

function described<Panel extends AnyPanel>(
  panel: Panel,
  text: PanelText,
  shape: (query: DataqueryBuilder) => DataqueryBuilder,
): Panel {
  panel
    .title(text.title)
    .description(text.description)
    .datasource(DATA_SOURCE)
    .unit(text.unit)
    .span(WIDTHS[text.width])
    .thresholds(thresholds(text));
  if (text.decimals !== undefined) panel.decimals(text.decimals);
  for (const [index, [name, expression]] of Object.entries(text.queries).entries()) {
    const query = new DataqueryBuilder()
      .datasource(DATA_SOURCE)
      .refId(queryName(index))
      .expr(expression)
      .legendFormat(name);
    panel.withTarget(shape(query));
  }
  return panel;
}

function thresholds({ least, limits }: PanelText): ThresholdsConfigBuilder {
  const steps: Threshold[] = [{ value: null, color: least === undefined ? "green" : "red" }];
  if (least !== undefined) steps.push({ value: least, color: "green" });
  if (limits !== undefined) {
    steps.push({ value: limits[0], color: "orange" }, { value: limits[1], color: "red" });
  }
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps);
}

function queryName(index: number): string {
  return String.fromCodePoint(65 + index);
}
