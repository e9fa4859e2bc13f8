/** Threads that end while they load. */
process.exit(9);
