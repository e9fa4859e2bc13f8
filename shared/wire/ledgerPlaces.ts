/** The value of `--ledger` for a ledger that ends with its process. */
export const MEMORY = "memory";
