/** A picture without a medium: it becomes SVG by vegaLite.ts and text by terminal.ts. */
export type Chart = Diagram | PhaseDiagram;

interface Titled {
  readonly title: string;
  readonly subtitle: string;
  /** Of the run or the sweep. */
  readonly name: string;
}

/** One panel or more beside each other. */
export interface Diagram extends Titled {
  readonly kind: "diagram";
  readonly panels: readonly Panel[];
}

export interface Axis {
  readonly title: string;
  readonly scale: "linear" | "log";
  /** Values that are marked, where they are not a matter of taste. */
  readonly ticks?: readonly number[];
}

export interface Panel {
  readonly x: Axis;
  readonly y: Axis;
  /** Drawn in their order; those of one series have one color. */
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

/** An exponent over two parameters; the second one is the gain, where it varies. */
export interface PhaseDiagram extends Titled {
  readonly kind: "phases";
  readonly x: Axis;
  readonly y: Axis;
  readonly value: string;
  readonly cells: readonly Phase[];
  /** Where the exponent is zero. */
  readonly critical: { readonly series: string; readonly points: readonly Point[] } | undefined;
}

/** A run's place, with the ends of the area that is nearest to it. */
export interface Phase extends Point {
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
  readonly top: number;
  /** Absent where it is not known. */
  readonly estimate: (Omit<Interval, "x"> & { readonly value: number }) | undefined;
}
