import { MemoryLedger } from "../../../coordinator/ledger/memoryLedger.ts";
import { describeLedger } from "../../support/ledgerContract.ts";

describeLedger("MemoryLedger", async () => new MemoryLedger());
