const endings: (() => Promise<void>)[] = [];

/**
 * Registers what a support module has to end once no test runs any more: after all files where one
 * process runs them, and after each file where several do. It may be started again by the next file.
 */
export function atEnd(end: () => Promise<void>): void {
  endings.push(end);
}

/** The hooks that mocha is told of by `.mocharc.json`, since one of a file is of that file only. */
export const mochaHooks = {
  async afterAll(this: Mocha.Context): Promise<void> {
    this.timeout(600_000);
    // The latest first, since it may use what was started before.
    for (const end of endings.toReversed()) await end();
  },
};
