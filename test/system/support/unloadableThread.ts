/** A module of threads that cannot be loaded. */
throw new Error("this module cannot be loaded");
