/** The part used here of a global that Node has and its type definitions lack. */
declare namespace WebAssembly {
  function validate(bytes: Uint8Array): boolean;
  function instantiate(bytes: Uint8Array): Promise<{ instance: { exports: unknown } }>;
}
