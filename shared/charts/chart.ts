/** A picture as data: vegaLite.ts makes SVG of it, and the command line text. */
export type Chart = Diagram | PhaseDiagram;

interface Titled {
  readonly title: string;
  readonly subtitle: string;
  /** Name of the run or the sweep, or what else is to be said; empty for nothing. */
  readonly name: string;
}

/** A picture of one panel, or of several side by side. */
export interface Diagram extends Titled {
  readonly kind: "diagram";
  readonly panels: readonly Panel[];
}

export interface Axis {
  readonly title: string;
  readonly scale: "linear" | "log";
  /** Values to mark; absent where the medium may choose. */
  readonly ticks?: readonly number[];
}

export interface Panel {
  readonly x: Axis;
  readonly y: Axis;
  /** Marks, drawn in this order; those of one series have one color. */
  readonly marks: readonly Mark[];
}

export type Mark = { readonly series: string } & (
  | { readonly kind: "band"; readonly points: readonly Interval[] }
  | { readonly kind: "bars"; readonly bars: readonly Bar[] }
  | { readonly kind: "line"; readonly points: readonly Point[] }
  | { readonly kind: "points"; readonly points: readonly Estimated[] }
);

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Interval {
  readonly x: number;
  readonly lower: number;
  readonly upper: number;
}

export type Estimated = Point & Interval;

export interface Bar {
  readonly from: number;
  readonly to: number;
  readonly y: number;
}

/** A map of an exponent over two parameters; the second is the gain, where it varies. */
export interface PhaseDiagram extends Titled {
  readonly kind: "phases";
  readonly x: Axis;
  readonly y: Axis;
  readonly value: string;
  readonly cells: readonly Phase[];
  /** The line on which the exponent is zero. */
  readonly critical: { readonly series: string; readonly points: readonly Point[] } | undefined;
}

/** A run's place on the map, and the ends of the cell around it. */
export interface Phase extends Point {
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
  readonly top: number;
  /** The estimate; absent where it is not known. */
  readonly estimate: (Omit<Interval, "x"> & { readonly value: number }) | undefined;
}
