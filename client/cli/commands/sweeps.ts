import Table from "cli-table3";
import type { Command } from "commander";

import { shortName } from "../../../shared/wire/enumerations.ts";
import { sweepToJson } from "../../../shared/wire/json.ts";
import type { SimulationApi } from "../../sdk/api.ts";
import { age } from "../presentation/age.ts";
import { printJson } from "../presentation/printJson.ts";
import { runCountOf } from "../presentation/sweepHeading.ts";
import { addList, allPages } from "./list.ts";
import { addNamedCommands } from "./runs.ts";

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
    printJson({ sweeps: sweeps.map(sweepToJson), nextPageToken });
    return;
  }
  const table = new Table({
    head: ["name", "display name", "age", "state", "runs ended"],
    style: { head: [], border: [], compact: true },
  });
  for (const sweep of sweeps) {
    table.push([
      sweep.name,
      sweep.displayName,
      age(sweep.createTime, Date.now()),
      shortName("state", sweep.state) ?? "",
      `${sweep.endedRunCount} of ${runCountOf(sweep)}`,
    ]);
  }
  process.stdout.write(`${table.toString()}\n`);
}
