/** A module of processes that never say anything. */
setInterval(() => undefined, 1000);
