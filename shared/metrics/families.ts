import { Counter, Gauge, type Registry } from "prom-client";

/** One value of a metric; a sample without a value is left out. */
export interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number | undefined;
}

/** A metric whose values are read at each scrape, so that it costs nothing between scrapes. */
export interface Family<Source> {
  readonly kind: "gauge" | "counter";
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly string[];
  readonly samples: (source: Source) => Iterable<Sample>;
}

/** Registers metrics that read `source` at every scrape; while it is undefined, they are empty. */
export function registerFamilies<Source>(
  registry: Registry,
  families: readonly Family<Source>[],
  source: () => Source | undefined,
): void {
  for (const family of families) registry.registerMetric(metricOf(family, source));
}

function metricOf<Source>(
  { kind, name, help, labels = [], samples }: Family<Source>,
  source: () => Source | undefined,
): Gauge | Counter {
  const present = () => {
    const current = source();
    return current === undefined ? [] : [...samples(current)].filter(isPresent);
  };
  const configuration = { name, help, labelNames: [...labels], registers: [] };
  if (kind === "gauge") {
    return new Gauge({
      ...configuration,
      collect() {
        clear(this);
        for (const { labels: own = {}, value } of present()) this.set(own, value);
      },
    });
  }
  return new Counter({
    ...configuration,
    collect() {
      clear(this);
      for (const { labels: own = {}, value } of present()) this.inc(own, value);
    },
  });
}

/** Removes all samples, including the zero with which a metric without labels begins. */
function clear(metric: Gauge | Counter): void {
  metric.reset();
  metric.remove({});
}

function isPresent(sample: Sample): sample is Sample & { readonly value: number } {
  return sample.value !== undefined && Number.isFinite(sample.value);
}

type Entries = Readonly<Record<string, number | undefined>>;

/** Turns a record into samples that differ in one label. */
export function byLabel(label: string, values: Entries): Sample[] {
  return Object.entries(values).map(([name, value]) => ({ labels: { [label]: name }, value }));
}
