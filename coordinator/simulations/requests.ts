import type { RunSpecification } from "../../shared/kinds/kind.ts";
import type { Kinds } from "../../shared/kinds/kinds.ts";
import {
  MAXIMUM_DISPLAY_NAME_LENGTH,
  MAXIMUM_SWEEP_RUNS,
} from "../../shared/specification/commonFields.ts";
import {
  isPlainText,
  refused,
  ValidationError,
  type FieldViolation,
} from "../../shared/specification/violations.ts";
import { invalidField, limitReached } from "../../shared/wire/errorDetails.ts";
import type { Run__Output } from "../../shared/wire/generated/lyapunov/v1/Run.ts";
import type { Sweep__Output } from "../../shared/wire/generated/lyapunov/v1/Sweep.ts";

const MAXIMUM_REQUEST_ID_LENGTH = 128;
const MAXIMUM_PAGE_TOKEN_LENGTH = 256;
const MAXIMUM_ETAG_LENGTH = 128;
const DEFAULT_PAGE_SIZE = 50;
const MAXIMUM_PAGE_SIZE = 1000;

/**
 * Reads a run of any of the kinds.
 *
 * @throws ValidationError with paths under `path`; ApiError where there is no run at all.
 */
export function readRun(
  path: string,
  run: Run__Output | null | undefined,
  kinds: Kinds,
): RunSpecification {
  if (!run) throw invalidField(path, "nothing is given; give a run");
  const kind = kinds.onWire(run.kind);
  if (kind === undefined) {
    const known = kinds.wireKinds.join(" or ");
    throw invalidField(`${path}.kind`, `'${run.kind}' is not allowed; give ${known}`);
  }
  try {
    return kind.parse(kind.inputFromMessage(run));
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error;
    throw new ValidationError(within(path, error.violations));
  }
}

/**
 * Reads a sweep and all of its runs.
 *
 * @param maximumRuns the coordinator's limit.
 * @throws ValidationError with every field at fault of every run; ApiError RESOURCE_EXHAUSTED
 */
export function readSweep(
  sweep: Sweep__Output | null | undefined,
  maximumRuns: number,
  kinds: Kinds,
): {
  readonly displayName: string;
  readonly specifications: readonly RunSpecification[];
} {
  if (!sweep) throw invalidField("sweep", "nothing is given; give a sweep");
  const { displayName, runs } = sweep;
  if (displayName.length > MAXIMUM_DISPLAY_NAME_LENGTH) {
    throw invalidField(
      "sweep.display_name",
      `a text of ${displayName.length} characters is not allowed; give at most ${MAXIMUM_DISPLAY_NAME_LENGTH}`,
    );
  }
  if (!isPlainText(displayName)) {
    throw invalidField(
      "sweep.display_name",
      `${refused(displayName)}; give one line without control characters`,
    );
  }
  if (runs.length === 0 || runs.length > MAXIMUM_SWEEP_RUNS) {
    throw invalidField(
      "sweep.runs",
      `${runs.length} runs are not allowed; give 1 to ${MAXIMUM_SWEEP_RUNS}`,
    );
  }
  if (runs.length > maximumRuns) {
    throw limitReached(
      "sweep.runs",
      `${runs.length} runs are too many; give at most ${maximumRuns}, ` +
        `or have the coordinator's --maximum-sweep-runs raised`,
    );
  }
  const violations: FieldViolation[] = [];
  const specifications = runs.flatMap((run, i) => {
    try {
      return [readRun(`sweep.runs[${i}]`, run, kinds)];
    } catch (error) {
      if (!(error instanceof ValidationError)) throw error;
      violations.push(...error.violations);
      return [];
    }
  });
  if (violations.length > 0) throw new ValidationError(violations);
  return { displayName, specifications };
}

export function readName(collection: "runs" | "sweeps", name: string): string {
  if (new RegExp(`^${collection}/[a-z0-9-]{1,64}$`).test(name)) return name;
  throw invalidField("name", `${refused(name)}; give ${collection}/{id}`);
}

export function readRequestId(requestId: string): string {
  if (requestId !== "" && !isPlainText(requestId)) {
    throw invalidField(
      "request_id",
      `${refused(requestId)}; give one line without control characters`,
    );
  }
  return atMost("request_id", requestId, MAXIMUM_REQUEST_ID_LENGTH);
}

export function readEtag(etag: string): string {
  return atMost("etag", etag, MAXIMUM_ETAG_LENGTH);
}

export function readPageToken(pageToken: string): string {
  return atMost("page_token", pageToken, MAXIMUM_PAGE_TOKEN_LENGTH);
}

/** Returns the text. @throws ApiError naming the field if the text is longer */
export function atMost(field: string, text: string, maximum: number): string {
  if (text.length <= maximum) return text;
  throw invalidField(field, `${text.length} characters are too many; give at most ${maximum}`);
}

export function readPageSize(pageSize: number): number {
  if (pageSize === 0) return DEFAULT_PAGE_SIZE;
  if (pageSize >= 1 && pageSize <= MAXIMUM_PAGE_SIZE) return pageSize;
  throw invalidField("page_size", `${pageSize} is not allowed; give 1 to ${MAXIMUM_PAGE_SIZE}`);
}

/** Reads how many runs of a sweep go into one message; 0: all of them. */
export function readRunsPerMessage(pageSize: number): number {
  if (pageSize >= 0 && pageSize <= MAXIMUM_PAGE_SIZE) return pageSize;
  throw invalidField("page_size", `${pageSize} is not allowed; give 1 to ${MAXIMUM_PAGE_SIZE}`);
}

function within(path: string, violations: readonly FieldViolation[]): FieldViolation[] {
  return violations.map(({ field, description }) => ({ field: `${path}.${field}`, description }));
}
