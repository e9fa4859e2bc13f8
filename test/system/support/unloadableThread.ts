/** Threads that cannot load what they work with. */
throw new Error("this module cannot be loaded");
