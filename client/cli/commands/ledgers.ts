import type { Command } from "commander";

import type { OwnLedgerEntry } from "../../local/ownLedgers.ts";
import { InputError } from "../../sdk/errors.ts";
import { bytes } from "../../../shared/text/counts.ts";
import { print } from "../streams.ts";
import { commandLedgers } from "../ledgerPlace.ts";
import { ageSince } from "../presentation/age.ts";
import { printJson } from "../presentation/printJson.ts";
import { fittedTable, type TableColumn } from "../presentation/fittedTable.ts";
import { outputColumns } from "../presentation/terminal.ts";
import { flag, integerFrom } from "../readers.ts";

/** Characters of an id that tables show; any beginning that tells ledgers apart is understood. */
const SHOWN_CHARACTERS = 12;
const DAY_SECONDS = 86_400;
const MAXIMUM_DAYS = 36_500;

interface ListFlags {
  readonly json?: boolean;
}

interface RemoveFlags {
  readonly all?: boolean;
  readonly olderThan?: number;
}

/** `lyapunov ledgers`: what interrupted commands have left, to go on from. */
export function defineLedgers(ledgers: Command): void {
  ledgers
    .command("list")
    .description("list the ledgers of commands that run or were interrupted, the latest first")
    .option("--json", "print JSON on standard output")
    .action(async (_options, command: Command) => {
      await list(command.optsWithGlobals<ListFlags>().json ?? false);
    });
  ledgers
    .command("remove [ids...]")
    .description("delete ledgers of interrupted commands, which then begin anew")
    .option("--all", "delete all of them")
    .addOption(
      flag(
        "--older-than <days>",
        "delete those that nobody has gone on with for so many days",
        integerFrom(0, MAXIMUM_DAYS),
      ),
    )
    .action(async (ids: string[], _options, command: Command) => {
      await remove(ids, command.optsWithGlobals<RemoveFlags>());
    });
  ledgers
    .command("recover <damaged> <new>")
    .description("copy what can still be read of a damaged ledger's file to a new one")
    .action(async (damaged: string, target: string) => {
      const { recoverLedger } = await import("../../local/recover.ts");
      for (const { table, rowCount, isWhole } of await recoverLedger(damaged, target)) {
        await print(`${table}: ${rowCount}${isWhole ? "" : ", and others that cannot be read"}\n`);
      }
    });
}

async function list(json: boolean): Promise<void> {
  const { ownLedgers } = await import("../../local/ownLedgers.ts");
  const entries = ownLedgers(commandLedgers());
  if (json) {
    await printJson({ ledgers: entries.map(toJson) });
    return;
  }
  await print(`${fittedTable(LISTED, entries, outputColumns())}\n`);
}

/** What a list says of a ledger; its id and its command stay columns longest. */
const LISTED: readonly TableColumn<OwnLedgerEntry>[] = [
  { head: "id", importance: 1, cell: ({ id }) => id.slice(0, SHOWN_CHARACTERS) },
  { head: "state", importance: 3, cell: stateOf },
  {
    head: "age",
    importance: 4,
    cell: ({ lastWriteTime }) => ageSince(lastWriteTime, Date.now()),
  },
  { head: "size", importance: 5, cell: ({ sizeBytes }) => bytes(sizeBytes) },
  { head: "command", importance: 2, cell: commandOf },
];

async function remove(ids: readonly string[], { all, olderThan }: RemoveFlags): Promise<void> {
  if (ids.length === 0 && all !== true && olderThan === undefined) {
    throw new InputError("IDS: none is given; give ids of 'lyapunov ledgers list', or --all");
  }
  const { ownLedgers, removeOwnLedger } = await import("../../local/ownLedgers.ts");
  const entries = ownLedgers(commandLedgers());
  const named = ids.map((id) => withId(entries, id));
  const latest = Date.now() - (olderThan ?? 0) * DAY_SECONDS * 1000;
  const chosen =
    ids.length > 0 ? named : entries.filter(({ lastWriteTime }) => lastWriteTime <= latest);
  for (const entry of chosen) {
    const id = entry.id.slice(0, SHOWN_CHARACTERS);
    if (removeOwnLedger(entry)) await print(`${id} is deleted\n`);
    else if (ids.length > 0) {
      throw new Error(`${id}: ${stateOf(entry)}; end the command first, or leave its ledger to it`);
    }
  }
}

/** @throws InputError if not exactly one id begins like this */
function withId(entries: readonly OwnLedgerEntry[], id: string): OwnLedgerEntry {
  const [found, ...more] = entries.filter((entry) => id !== "" && entry.id.startsWith(id));
  if (found !== undefined && more.length === 0) return found;
  const problem = found === undefined ? "is not the id of a ledger" : "begins several ids";
  throw new InputError(`IDS: '${id}' ${problem}; give one of 'lyapunov ledgers list'`);
}

function stateOf({ isRunning, note }: OwnLedgerEntry): string {
  if (!isRunning) return "interrupted";
  return note === undefined ? "running" : `running (process ${note.pid})`;
}

function commandOf({ note }: OwnLedgerEntry): string {
  return note === undefined ? "unknown" : note.words.join(" ");
}

function toJson(entry: OwnLedgerEntry) {
  const { id, folder, note, isRunning, lastWriteTime, sizeBytes } = entry;
  return {
    id,
    state: isRunning ? "running" : "interrupted",
    command: note?.words ?? null,
    startTime: note === undefined ? null : new Date(note.startTime).toISOString(),
    lastWriteTime: new Date(lastWriteTime).toISOString(),
    sizeBytes: String(sizeBytes),
    folder,
  };
}
