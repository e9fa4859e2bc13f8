import { readText } from "../sweepFile/readText.ts";
import { parseStudy, type StudySpecification } from "./studyFile.ts";

/**
 * Reads a study file, which may be a pipe such as `<(…)`.
 *
 * @throws InputError that names the file, the field and the remedy
 */
export function readStudyFile(path: string): StudySpecification {
  return parseStudy(path, readText(path, "study file"));
}
