/** Scale of `npm test`: a tenth of every simulation, with nothing but Node. */
const QUICK = 0.1;

/**
 * How much is tested, from LYAPUNOV_TEST_SCALE: the number of simulations, random inputs and minutes
 * grows with it, and from 1 on nothing is left out. `npm run test:all` sets it to 1.
 */
export const SCALE = scaleOf(process.env["LYAPUNOV_TEST_SCALE"]);

/** Whether all tests run: those that are slow or need Debian packages, too. */
export const IS_EVERYTHING = SCALE >= 1;

/** The one seed that LYAPUNOV_TEST_SEED asks for, as a failing simulation prints it. */
export const SEED = process.env["LYAPUNOV_TEST_SEED"];

/** How many of something to test: `count` at scale 1, and never fewer than `least`. */
export function scaled(count: number, least = 1): number {
  return Math.max(least, Math.ceil(count * SCALE));
}

function scaleOf(text: string | undefined): number {
  const scale = Number(text ?? QUICK);
  if (Number.isFinite(scale) && scale > 0) return scale;
  throw new Error(`LYAPUNOV_TEST_SCALE: '${text}' is not allowed; give a number above 0`);
}
