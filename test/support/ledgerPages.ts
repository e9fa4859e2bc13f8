import assert from "node:assert/strict";

import {
  InvalidPageToken,
  type Ledger,
  type LedgerTransaction,
  type Page,
} from "../../coordinator/ledger/ledger.ts";
import { runRecord, sweepRecord } from "./ledgerRecords.ts";

type NamedPage = Page<{ readonly name: string }>;

/** A list of a ledger: its runs or its sweeps. */
interface List {
  readonly what: string;
  put(transaction: LedgerTransaction, id: number): Promise<void>;
  page(ledger: Ledger, size: number, token: string): Promise<NamedPage>;
}

const LISTS: readonly List[] = [
  {
    what: "runs",
    put: (transaction, id) => transaction.putRun(runRecord(`runs/${id}`)),
    page: (ledger, size, token) => ledger.runs(size, token),
  },
  {
    what: "sweeps",
    put: (transaction, id) => transaction.putSweep(sweepRecord(`sweeps/${id}`)),
    page: (ledger, size, token) => ledger.sweeps(size, token),
  },
];

/** Tests what every ledger promises about its lists. */
export function describePages(current: () => Ledger): void {
  for (const list of LISTS) {
    const page = (size: number, token: string) => list.page(current(), size, token);
    const add = (...ids: readonly number[]) =>
      current().transact(async (transaction) => {
        for (const id of ids) await list.put(transaction, id);
      });

    describe(`pages of ${list.what}`, () => {
      it("are empty at first", async () => {
        assert.deepEqual(await page(10, ""), { records: [], nextPageToken: "" });
      });

      it("come newest first, the last without a token", async () => {
        await add(1, 2, 3, 4, 5);
        const first = await page(2, "");
        const second = await page(2, first.nextPageToken);
        const third = await page(2, second.nextPageToken);
        assert.deepEqual([first, second, third].map(idsOf), [[5, 4], [3, 2], [1]]);
        assert.equal(third.nextPageToken, "");
      });

      it("end where the records do", async () => {
        await add(1, 2);
        assert.equal((await page(2, "")).nextPageToken, "");
        assert.deepEqual(idsOf(await page(100, "")), [2, 1]);
      });

      it("do not shift when records are added or changed meanwhile", async () => {
        await add(1, 2, 3, 4);
        const first = await page(2, "");
        await add(5, 6, 1);
        assert.deepEqual(idsOf(first), [4, 3]);
        assert.deepEqual(idsOf(await page(2, first.nextPageToken)), [2, 1]);
      });

      it("refuse a token that is not theirs", async () => {
        await add(1, 2);
        await assert.rejects(page(2, "nonsense"), InvalidPageToken);
      });
    });
  }
}

function idsOf({ records }: NamedPage): number[] {
  return records.map(({ name }) => Number(name.split("/")[1]));
}
