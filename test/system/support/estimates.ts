import type { RunJson } from "./cluster.ts";

/**
 * The answer in a run's JSON, as text: everything except when and under which name it was computed.
 */
export function answerOf(run: RunJson): string {
  const {
    name: _name,
    createTime: _createTime,
    endTime: _endTime,
    etag: _etag,
    progress: _progress,
    sweep: _sweep,
    ...answer
  } = run;
  return JSON.stringify(answer, undefined, 2);
}
