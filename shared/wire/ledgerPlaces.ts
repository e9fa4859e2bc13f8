/** What `--ledger` takes, and a coordinator opens, for a ledger that ends with its process. */
export const MEMORY = "memory";
