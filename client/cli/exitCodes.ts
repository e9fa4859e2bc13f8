/** Exit codes of the command: a promise to scripts. */
export const EXIT = { done: 0, failed: 1, badInput: 2, interrupted: 130 } as const;

/** What each exit code means, in the words of the help. */
export const EXIT_MEANINGS: Readonly<Record<(typeof EXIT)[keyof typeof EXIT], string>> = {
  [EXIT.done]: "done",
  [EXIT.failed]: "failed",
  [EXIT.badInput]: "bad usage or bad input",
  [EXIT.interrupted]: "interrupted",
};

/** The sentence and the exit code with which a command that failed ends. */
export interface Failure {
  /** One sentence. */
  readonly message: string;
  readonly exitCode: number;
}
