/** Seeds of runs with which a faulty process does something else than to compute. */
export const CRUEL = {
  /** Shards wait until all slots have one. */
  together: 81n,
  /** Shards get on for ever. */
  slow: 82n,
  /** Shards get on for ever, and the process hears of nothing. */
  busy: 88n,
  /** Shards never get on, but the process answers. */
  silent: 83n,
  /** The process does not answer any more. */
  blocked: 84n,
  /** The process ends. */
  dies: 85n,
  losesDevice: 86n,
  /** The shard is computed, and the process wants to be replaced. */
  spends: 89n,
  /** The shard fails. */
  throws: 87n,
} as const;
