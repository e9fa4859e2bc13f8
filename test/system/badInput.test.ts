import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { runCommand } from "./support/command.ts";
import { runHere } from "./support/inProcess.ts";

/** A case: flags of a run or a whole command line, then the answer's flag, value and remedy. */
type Case = readonly [line: string, flag: string, value: string, remedy: string];

const RUN = "run --width 4";

/** Bad input must give one sentence on standard error and exit code 2, and start nothing. */
describe("bad input on the command line", () => {
  refuses("the network", [
    ["run", "--width", "missing", "1 to 1,000,000"],
    ["run --width 0", "--width", "0", "1 to 1,000,000"],
    ["run --width 1000001", "--width", "1000001", "1 to 1,000,000"],
    ["run --width 65537 --sampling dense", "--width", "65537", "1 to 65,536"],
    ["run --width 65537 --weights uniform", "--width", "65537", "1 to 65,536"],
    ["run --width 2.5", "--width", "2.5", "an integer"],
    ["run --width wide", "--width", "'wide'", "an integer"],
    [`${RUN} --depth 0`, "--depth", "0", "1 to 10,000,000"],
    [`${RUN} --depth 10000001`, "--depth", "10000001", "1 to 10,000,000"],
    [`${RUN} --negative-slope steep`, "--negative-slope", "'steep'", "any finite number"],
    [`${RUN} --negative-slope 1e999`, "--negative-slope", "Infinity", "any finite number"],
    [`${RUN} --weights cauchy`, "--weights", "'cauchy'", "truncated_normal, student_t"],
    [`${RUN} --weights student_t`, "--degrees-of-freedom", "missing", "a number above 2"],
    [
      `${RUN} --weights student_t --degrees-of-freedom 2`,
      ...(["--degrees-of-freedom", "2", "a number above 2"] as const),
    ],
    [
      `${RUN} --weights student_t --degrees-of-freedom five`,
      ...(["--degrees-of-freedom", "'five'", "a number above 2"] as const),
    ],
    [
      `${RUN} --degrees-of-freedom 5`,
      ...(["--degrees-of-freedom", "5", "give it only with student_t"] as const),
    ],
    [`${RUN} --weights sparse_gaussian`, "--density", "missing", "2⁻²⁰, about 10⁻⁶, to 1"],
    [
      `${RUN} --weights sparse_gaussian --density 1.5`,
      ...(["--density", "1.5", "2⁻²⁰, about 10⁻⁶, to 1"] as const),
    ],
    [
      `${RUN} --weights uniform --density 0.5`,
      ...(["--density", "0.5", "give it only with sparse_gaussian"] as const),
    ],
    [
      `${RUN} --weights uniform --gain lyapunov --negative-slope 0 --depth 10000`,
      ...(["--gain", "'lyapunov'", "give a number, a smaller depth or a greater width"] as const),
    ],
    [
      `${RUN} --weights rademacher --sampling isotropic`,
      ...(["--sampling", "'isotropic'", "give dense"] as const),
    ],
    [`${RUN} --gain -1`, "--gain", "-1", "he, xavier, lecun, lyapunov, pytorch"],
    [`${RUN} --gain He`, "--gain", "'He'", "he, xavier, lecun, lyapunov, pytorch"],
  ]);

  refuses("the stopping rule", [
    [`${RUN} --replicas 1`, "--replicas", "1", "2 to 4,294,967,296"],
    [`${RUN} --replicas 4294967297`, "--replicas", "4294967297", "2 to 4,294,967,296"],
    [`${RUN} --replicas many`, "--replicas", "'many'", "an integer"],
    [`${RUN} --precision 0`, "--precision", "0", "positive"],
    [`${RUN} --variance-precision -1`, "--variance-precision", "-1", "positive"],
    [`${RUN} --replicas 9 --precision 1`, "--replicas", "a precision", "one of them"],
    [`${RUN} --maximum-replicas 9`, "--precision", "no target", "standard error"],
    [
      `${RUN} --precision 1 --minimum-replicas 9 --maximum-replicas 5`,
      ...(["--minimum-replicas", "9", "less"] as const),
    ],
  ]);

  refuses("a benchmark", [
    ["bench --width 0", "--width", "0", "1 to 1,000,000"],
    ["bench --width 8,wide", "--width", "'wide'", "an integer"],
    ["bench --width 1000000", "--width", "1000000", "1 to 65,536"],
    ["bench --weights gaussian,cauchy", "--weights", "'cauchy'", "truncated_normal, student_t"],
    ["bench --weights uniform --sampling isotropic", "--sampling", "'isotropic'", "give dense"],
    [
      "bench --weights uniform --density 0.5",
      "--density",
      "0.5",
      "give it only with sparse_gaussian",
    ],
    ["bench --replicas 1", "--replicas", "1", "2 to 4,294,967,296"],
    ["bench --seconds 0", "--seconds", "'0'", "seconds from 0.01 to 60"],
    ["bench --threads 0", "--threads", "'0'", "1 to 1024"],
    ["bench --backend abacus", "--backend", "'abacus'", "reference, simd"],
  ]);

  refuses("the rest of a run", [
    [`${RUN} --seed -1`, "--seed", "-1", "0 to 2⁶⁴ − 1"],
    [`${RUN} --seed 18446744073709551616`, "--seed", "18446744073709551616", "0 to 2⁶⁴ − 1"],
    [`${RUN} --sampling sparse`, "--sampling", "'sparse'", "dense, isotropic"],
    [`${RUN} --backend abacus`, "--backend", "'abacus'", "reference, simd"],
    [`${RUN} --checkpoints 10,201`, "--checkpoints", "201", "1 to 200"],
    [`${RUN} --checkpoints ten`, "--checkpoints", "'ten'", "an integer"],
    [`${RUN} --burn-in 200`, "--burn-in", "200", "0 to 199"],
    [`${RUN} --level 1`, "--level", "1", "0.5 to 0.9999"],
    [`${RUN} --display-name ${"x".repeat(201)}`, "--display-name", "201", "at most 200"],
    ["exact --width 4 --q one", "--q", "'one'", "such as 1,2,4"],
    [
      "exact --width 4 --weights student_t --degrees-of-freedom 5",
      ...(["--weights", "'student_t'", "gaussian or orthogonal"] as const),
    ],
    ["exact --width 4 --density 0.5", "--density", "0.5", "give it only with sparse_gaussian"],
    ["exact --width 1000001", "--width", "1000001", "1 to 1,000,000"],
  ]);

  refuses("an initialization", [
    ["init", "--width", "missing", "1 to 1,000,000"],
    ["init --width 4,8", "--width", "'4,8'", "an integer"],
    ["init --width 4 --depth 0", "--depth", "0", "1 to 10,000,000"],
    ["init --width 4 --widths 4,8", "--width", "4", "give only one of them"],
    ["init --widths 4", "--widths", "1 width", "such as 4,16,16,1"],
    ["init --widths 4,0,4", "--widths", "0", "1 to 1,000,000"],
    ["init --widths 4,x", "--widths", "'x'", "an integer"],
    ["init --widths 4,8 --depth 3", "--depth", "3", "leave it out"],
    ["init --widths 4,8 --weights uniform", "--weights", "'uniform'", "gaussian or orthogonal"],
    ["init --width 4 --weights cauchy", "--weights", "'cauchy'", "truncated_normal, student_t"],
    ["init --width 65537 --weights uniform", "--width", "65537", "1 to 65,536"],
    ["init --width 4 --weights student_t", "--degrees-of-freedom", "missing", "above 2"],
    ["init --width 4 --weights uniform --precision 0.1", "--precision", "0.1", "at most 0.0001"],
    ["init --width 4 --precision x", "--precision", "'x'", "a positive number"],
    ["init --width 4 --backend abacus", "--backend", "'abacus'", "reference, simd"],
    ["init --width 4 --framework torch", "--framework", "'torch'", "pytorch, keras, jax, tfjs"],
    ["init --width 4 --framework jax --json", "--framework", "--json", "cannot be used with"],
    [
      "init --width 4 --weights rademacher --framework jax",
      ...(["--framework", "'jax'", "gaussian, orthogonal and uniform"] as const),
    ],
  ]);

  refuses("the cluster", [
    [`${RUN} --threads 0`, "--threads", "'0'", "1 to 1024"],
    [`${RUN} --workers some`, "--workers", "'some'", "1 to 1024"],
    [`${RUN} --coordinator somewhere`, "--coordinator", "'somewhere'", "HOST:PORT"],
    [`${RUN} --coordinator a:1 --threads 2`, "--coordinator", "--threads", "cannot be used with"],
    ["serve --listen somewhere", "--listen", "'somewhere'", "HOST:PORT"],
    ["serve --listen 127.0.0.1:65536", "--listen", "127.0.0.1:65536", "HOST:PORT"],
    ["serve --listen 0.0.0.0:7400", "--listen", "0.0.0.0:7400", "--insecure"],
    ["serve --http here", "--http", "'here'", "HOST:PORT, such as 127.0.0.1:8080"],
    ["serve --http 127.0.0.1:65536", "--http", "127.0.0.1:65536", "HOST:PORT"],
    ["serve --http http://127.0.0.1:80", "--http", "'http://127.0.0.1:80'", "HOST:PORT"],
    ["serve --http 0.0.0.0:8080", "--http", "0.0.0.0:8080", "--insecure"],
    ["serve --metrics 9464", "--metrics", "'9464'", "HOST:PORT, such as 127.0.0.1:9464"],
    ["serve --metrics 0.0.0.0:9464", "--metrics", "0.0.0.0:9464", "--open-metrics"],
    ["work --metrics 127.0.0.1:65536", "--metrics", "127.0.0.1:65536", "HOST:PORT"],
    ["work --open-metrics", "--open-metrics", "no metrics are served", "--metrics HOST:PORT"],
    ["work --metrics [::]:9464", "--metrics", "[::]:9464", "--open-metrics"],
    ["work --coordinator http://here:1", "--coordinator", "'http://here:1'", "HOST:PORT"],
    ["work --grace never", "--grace", "'never'", "0 to 86400"],
  ]);

  refuses("the command itself", [
    ["runs show frob", "NAME", "'frob'", "runs/{id} or sweeps/{id}"],
    ["runs list --limit 0", "--limit", "'0'", "an integer from 1"],
    [`${RUN} --log-level loud`, "--log-level", "'loud'", "debug, info, warn, error, silent"],
    [`${RUN} --frob 1`, "--frob", "unknown option", "--help"],
    ["frob", "frob", "unknown command", "--help"],
    [`${RUN} again`, "run", "again", "--help"],
    ["run --width", "--width", "missing", "--help"],
    ["sweep", "file", "missing", "--help"],
    ["sweep /no/such/file", "/no/such/file", "cannot be read", "give a readable file"],
    ["sweep /", "/", "is a folder", "give a file"],
    ["sweep examples/headline.yaml --plot a.png", "--plot", "a.png", "does not end in .svg"],
  ]);

  describe("in a sweep file", () => {
    let folder: string;
    let file: string;

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), "lyapunov-sweep-"));
      file = join(folder, "bad.yaml");
    });

    after(async () => {
      await rm(folder, { recursive: true });
    });

    it("names the file, the field, the value and the remedy", async () => {
      await writeFile(file, "name: x\ngrids:\n  - width: 2\n  - width: [4, 0]\n");
      await assertRefused(["sweep", file], [file, "grids.1.width", "0", "give an integer from 1"]);
    });
  });

  for (const line of ["runs list", "work", "run --width 4"]) {
    it(`in the environment of '${line}' names the variable`, async () => {
      const { code, stderr } = await runCommand(line.split(" "), {
        env: { LYAPUNOV_COORDINATOR: "somewhere" },
      });
      assert.equal(code, 2);
      assert.equal(
        stderr,
        "lyapunov: LYAPUNOV_COORDINATOR: 'somewhere' is not allowed; " +
          "give HOST:PORT, such as 127.0.0.1:7400, or several, separated by commas\n",
      );
    });
  }
});

function refuses(what: string, cases: readonly Case[]): void {
  it(`in ${what} is refused (${cases.length} kinds)`, async () => {
    for (let i = 0; i < cases.length; i += 4) {
      await Promise.all(
        cases.slice(i, i + 4).map(([line, ...words]) => assertRefused(line.split(" "), words)),
      );
    }
  });
}

async function assertRefused(args: readonly string[], words: readonly string[]): Promise<void> {
  // At this level a coordinator or a worker that starts would say so on standard error.
  const { code, stdout, stderr } = await runHere(["--log-level", "debug", ...args]);
  const context = `lyapunov ${args.join(" ")}\n${stderr}`;
  assert.equal(code, 2, context);
  assert.equal(stdout, "", context);
  assert.match(stderr, /^lyapunov: [^\n]+\n$/, context);
  assert.doesNotMatch(stderr, /\. /, `one sentence: ${context}`);
  // Whole words only: the 0 of `--width 0` must not be found in 65,500.
  for (const word of words) {
    const pattern = new RegExp(`(?<!\\w)${RegExp.escape(word)}(?!\\w)`);
    assert.match(stderr, pattern, `'${word}' is missing: ${context}`);
  }
}
