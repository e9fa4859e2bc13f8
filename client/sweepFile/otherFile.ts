import { DocumentError, type YamlDocument } from "../../shared/specification/yamlDocument.ts";

/**
 * Refuses a file that is for another command, by a field that only such files have.
 *
 * @param noun what such a file is called
 * @param command the command that it is for
 */
export function refuseOtherFile(
  document: YamlDocument,
  field: string,
  noun: string,
  command: string,
): void {
  const { value } = document;
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, field)) return;
  throw new DocumentError([
    {
      place: document.placeOfKey([], field),
      sentence: `${field}: only a ${noun} has this field; give the file to '${command}'`,
    },
  ]);
}
