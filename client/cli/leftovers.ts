/** How long what is left of a connection may keep a process that has done its work. */
const LEFTOVER_MILLISECONDS = 1000;

/**
 * Ends this process soon, now that its work is done. grpc-js holds on to a connection that it has
 * begun, and a peer that says nothing never ends it. A process that nothing keeps has ended before.
 */
export function endDespiteLeftovers(): void {
  setTimeout(() => {
    process.exit();
  }, LEFTOVER_MILLISECONDS).unref();
}
