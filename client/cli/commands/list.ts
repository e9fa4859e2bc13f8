import type { Command } from "commander";

import type { SimulationApi } from "../../sdk/api.ts";
import { flag, integerFrom } from "../readers.ts";
import { withApi, withCluster, type NamedFlags } from "./named.ts";

const MAXIMUM_LIST = 100_000;
const MAXIMUM_PAGE = 1000;

interface Flags extends NamedFlags {
  readonly json?: boolean;
  readonly limit: number;
}

/** Adds the subcommand `list`. */
export function addList(
  parent: Command,
  description: string,
  list: (api: SimulationApi, limit: number, json: boolean) => Promise<void>,
): void {
  withCluster(parent.command("list"))
    .description(description)
    .option("--json", "print JSON on standard output")
    .addOption(
      flag("--limit <count>", "list at most this many", integerFrom(1, MAXIMUM_LIST)).default(50),
    )
    .action(async (_options, command: Command) => {
      const flags = command.optsWithGlobals<Flags>();
      await withApi(flags, (api) => list(api, flags.limit, flags.json ?? false));
    });
}

interface PageOf<Item> {
  readonly items: readonly Item[];
  /** Empty on the last page. */
  readonly nextPageToken: string;
}

/** Fetches pages until there are `limit` items or no more. */
export async function allPages<Item>(
  limit: number,
  fetchPage: (pageSize: number, pageToken: string) => Promise<PageOf<Item>>,
): Promise<PageOf<Item>> {
  const items: Item[] = [];
  let nextPageToken = "";
  do {
    const page = await fetchPage(Math.min(MAXIMUM_PAGE, limit - items.length), nextPageToken);
    items.push(...page.items);
    nextPageToken = page.nextPageToken;
  } while (nextPageToken !== "" && items.length < limit);
  return { items, nextPageToken };
}
