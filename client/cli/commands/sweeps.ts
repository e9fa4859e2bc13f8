import type { Command } from "commander";

import { shortName } from "../../../shared/wire/enumerations.ts";
import type { Sweep__Output } from "../../../shared/wire/generated/lyapunov/v1/Sweep.ts";
import { sweepToJson } from "../../../shared/wire/json.ts";
import type { SimulationApi } from "../../sdk/api.ts";
import { age } from "../presentation/age.ts";
import { fittedTable, type TableColumn } from "../presentation/fittedTable.ts";
import { printJson } from "../presentation/printJson.ts";
import { runCountOf } from "../presentation/sweepHeading.ts";
import { outputColumns } from "../presentation/terminal.ts";
import { addList, allPages } from "./list.ts";
import { addNamedCommands } from "./runs.ts";
import { print } from "../streams.ts";

/** `lyapunov sweeps`, with a subcommand for everything that is done to a sweep. */
export function defineSweeps(sweeps: Command): void {
  addList(sweeps, "list sweeps, newest first", list);
  addNamedCommands({ command: sweeps, collections: ["sweeps"], noun: "a sweep" });
}

async function list(api: SimulationApi, limit: number, json: boolean): Promise<void> {
  const { items: sweeps, nextPageToken } = await allPages(limit, async (size, token) => {
    const page = await api.listSweeps(size, token);
    return { items: page.sweeps, nextPageToken: page.nextPageToken };
  });
  if (json) {
    await printJson({ sweeps: sweeps.map(sweepToJson), nextPageToken });
    return;
  }
  await print(`${fittedTable(LISTED, sweeps, outputColumns())}\n`);
}

/** What a list says of a sweep; its name and its state stay columns longest. */
const LISTED: readonly TableColumn<Sweep__Output>[] = [
  { head: "name", importance: 1, cell: ({ name }) => name },
  { head: "display name", importance: 3, cell: ({ displayName }) => displayName },
  { head: "age", importance: 5, cell: ({ createTime }) => age(createTime, Date.now()) },
  { head: "state", importance: 2, cell: ({ state }) => shortName("state", state) ?? "" },
  {
    head: "runs ended",
    importance: 4,
    cell: (sweep) => `${sweep.endedRunCount} of ${runCountOf(sweep)}`,
  },
];
