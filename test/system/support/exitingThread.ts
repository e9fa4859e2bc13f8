/** A module of threads that end while they load. */
process.exit(9);
