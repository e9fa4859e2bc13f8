/** Exit codes of the command: a promise to scripts. */
export const EXIT = { done: 0, failed: 1, badInput: 2, targetMissed: 3, interrupted: 130 } as const;

/** The work is done and printed, but a precision that was asked for has not been reached. */
export class TargetMissed extends Error {
  override readonly name = "TargetMissed";
}

/** What each exit code means, in the words of the help. */
export const EXIT_MEANINGS: Readonly<Record<(typeof EXIT)[keyof typeof EXIT], string>> = {
  [EXIT.done]: "done",
  [EXIT.failed]: "failed",
  [EXIT.badInput]: "bad usage or bad input",
  [EXIT.targetMissed]: "done, but a precision that was asked for has not been reached",
  [EXIT.interrupted]: "interrupted",
};

/** The sentence and the exit code with which a command that failed ends. */
export interface Failure {
  /** One sentence. */
  readonly message: string;
  readonly exitCode: number;
}
