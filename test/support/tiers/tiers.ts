import { missingPackages, type DebianPackage } from "./debianPackages.ts";
import { hasPythonPackages, SET_UP_FRAMEWORKS, type PythonPackage } from "./frameworks.ts";
import { noteLeftOut } from "./leftOut.ts";
import { IS_EVERYTHING } from "./scale.ts";
import { hasTensorflow, SET_UP_TENSORFLOW } from "./tensorflow.ts";

/** mocha's functions for declaring tests. */
interface Declaring {
  readonly describe: (title: string, body: (this: Mocha.Suite) => void) => void;
  readonly it: (title: string, body: Mocha.Func | Mocha.AsyncFunc) => void;
}

/**
 * Declares tests that need Debian packages. The quick tier leaves them out, installed or not, so that
 * it is the same everywhere; with everything, they fail where a package is missing.
 */
export function needing(...packages: readonly DebianPackage[]): Declaring {
  if (!IS_EVERYTHING) return leavingOut(`need ${packages.join(", ")}`);
  const missing = missingPackages(packages);
  if (missing.length === 0) return { describe, it };
  const fail = () => {
    throw new Error(`install Debian's ${missing.join(", ")}: apt-get install ${missing.join(" ")}`);
  };
  return {
    describe: (title) => {
      it(title, fail);
    },
    it: (title) => {
      it(title, fail);
    },
  };
}

/**
 * Declares tests that need TensorFlow. It cannot be had on every machine: where it is not set up, even
 * a run of everything leaves them out, and says so at its end.
 */
export function needingTensorflow(): Declaring {
  if (IS_EVERYTHING && hasTensorflow()) return { describe, it };
  return leavingOut(`need TensorFlow: ${SET_UP_TENSORFLOW}`);
}

/**
 * Declares tests that need Python packages, which pip cannot install on every machine: where one is
 * missing, even a run of everything leaves them out, and says so at its end.
 */
export function needingPython(...packages: readonly PythonPackage[]): Declaring {
  if (IS_EVERYTHING && hasPythonPackages(packages)) return { describe, it };
  return leavingOut(`need Python's ${packages.join(", ")}: ${SET_UP_FRAMEWORKS}`);
}

/** Declares tests that the quick tier has no time for; `why` completes "they …". */
export function slow(why: string): Declaring {
  return IS_EVERYTHING ? { describe, it } : leavingOut(why);
}

/** Lets mocha declare tests and removes them again, because pending tests are forbidden. */
function leavingOut(reason: string): Declaring {
  return {
    describe: (title, body) => {
      const suite = describe(title, body);
      suite.eachTest((test) => {
        noteLeftOut(reason, test.fullTitle());
      });
      suite.parent?.suites.pop();
    },
    it: (title, body) => {
      const test = it(title, body);
      noteLeftOut(reason, test.fullTitle());
      test.parent?.tests.pop();
    },
  };
}
