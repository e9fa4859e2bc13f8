/** Formats a count: 65536 → `65,536`. */
export function count(value: number | string): string {
  return Number(value).toLocaleString("en-US");
}

/** Formats a count with what is counted: `1 shard`, `2 shards`. */
export function counted(number: number | string, noun: string): string {
  return `${count(number)} ${noun}${Number(number) === 1 ? "" : "s"}`;
}

/** Formats a number that changes too fast to be read, to three digits: 1234567 → `1.23M`. */
export function rough(value: number): string {
  return Intl.NumberFormat("en-US", { notation: "compact", maximumSignificantDigits: 3 }).format(
    value,
  );
}

/** Formats a number of which three digits matter, in full: 1234567 → `1,230,000`. */
export function threeDigits(value: number): string {
  return count(Number(value.toPrecision(3)));
}

/** Formats seconds: `8 s`, `3 min 20 s`, `2 h 5 min`, `3 days`. */
export function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${whole % 60} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${count(Math.floor(hours / 24))} days`;
}

/** Formats the time that is left, to the end or, where the target will be missed, to the limit. */
export function remainingText(seconds: number, targetOutOfReach: boolean): string {
  return targetOutOfReach
    ? `${duration(seconds)} to the limit of replicas, which will miss the target`
    : `${duration(seconds)} left`;
}

/** Formats seconds with two digits below ten, for what often takes less than a second. */
export function shortDuration(seconds: number): string {
  if (seconds >= 10) return duration(seconds);
  return seconds < 0.01 ? "under 0.01 s" : `${Number(seconds.toPrecision(2))} s`;
}

/** Formats a size on disk in units of 1000: `0.3 MB`, `1,234.5 MB`. */
export function bytes(size: number): string {
  const megabytes = (size / 1e6).toLocaleString("en-US", {
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
  });
  return `${megabytes} MB`;
}
