import type { Cluster } from "./cluster.ts";
import { collectionOf } from "./names.ts";
import { titled } from "./presentation/sweepHeading.ts";

/** What a cluster was given, a run or a sweep. */
interface Submitted {
  readonly name: string;
  readonly displayName: string;
}

/** Says on standard error under which name a running cluster has what it was given. */
export function tellSubmitted(
  submitted: Submitted,
  { callFlags }: Cluster,
  { quiet }: { readonly quiet?: boolean },
): void {
  if (callFlags === undefined || quiet === true) return;
  process.stderr.write(`submitted ${titled(submitted)}; Ctrl-C leaves it to the cluster\n`);
}

/** Says on standard error by which command a running cluster shows again what has ended. */
export function tellWhere(
  submitted: Submitted,
  { callFlags }: Cluster,
  { quiet }: { readonly quiet?: boolean },
): void {
  if (callFlags === undefined || quiet === true) return;
  const { name } = submitted;
  process.stderr.write(
    `${titled(submitted)}: lyapunov ${collectionOf(name)} show ${name} ${callFlags}\n`,
  );
}
