/**
 * Input that is refused. The message is one sentence that names the field, flag or file, the value
 * and what is allowed instead; nothing has been started.
 */
export class InputError extends Error {
  override readonly name = "InputError";
}
