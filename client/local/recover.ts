export { recoverLedger } from "../../coordinator/ledger/recoverLedger.ts";
