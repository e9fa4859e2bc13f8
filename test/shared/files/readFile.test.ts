import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  constants,
  mkdirSync,
  mkdtempSync,
  openSync,
  closeSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { readOnce, readRegularFile } from "../../../shared/files/readFile.ts";
import { needing } from "../../support/tiers/tiers.ts";

const MAXIMUM_BYTES = 1000;
const MODULE = new URL("../../../shared/files/readFile.ts", import.meta.url).href;

describe("a file that a command reads", () => {
  let folder: string;
  let path: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "lyapunov-files-"));
    path = join(folder, "file");
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  /** Files that are refused by whatever reads them: how each is made, and what is said of it. */
  const refused: readonly (readonly [string, () => string, RegExp])[] = [
    [
      "is ten gigabytes long",
      () => {
        writeFileSync(path, "");
        truncateSync(path, 10 * 2 ** 30);
        return path;
      },
      /^is larger than 1,000 bytes; give a smaller file$/,
    ],
    ["never ends", () => "/dev/zero", /^is a device; give a file$/],
    [
      "is a folder",
      () => {
        mkdirSync(path);
        return path;
      },
      /^is a folder; give a file$/,
    ],
    ["is not there", () => path, /^cannot be read \(ENOENT: .*\); give a readable file$/],
  ];

  for (const [what, make, said] of refused) {
    it(`is refused if it ${what}`, async () => {
      const made = make();
      assert.throws(() => readOnce(made, MAXIMUM_BYTES), { name: "UnreadableFile", message: said });
      await assert.rejects(readRegularFile(made, MAXIMUM_BYTES), {
        name: "UnreadableFile",
        message: said,
      });
    });
  }

  it("is read whole, through symbolic links, up to the last byte that is allowed", async () => {
    const content = Buffer.alloc(MAXIMUM_BYTES, "x");
    writeFileSync(path, content);
    symlinkSync(path, join(folder, "link"));
    for (const each of [path, join(folder, "link")]) {
      assert.deepEqual(readOnce(each, MAXIMUM_BYTES), { bytes: content, isPipe: false });
      assert.deepEqual(await readRegularFile(each, MAXIMUM_BYTES), content);
    }
    writeFileSync(path, "");
    assert.equal(readOnce(path, MAXIMUM_BYTES).bytes.length, 0);
  });

  it("may be a pipe once, if that ends in time, and never where it is read again", async () => {
    execFileSync("mkfifo", [path]);
    assert.throws(() => readOnce(path, MAXIMUM_BYTES, 50), {
      name: "UnreadableFile",
      message: "did not end within 0.05 s; write it into a file and give that",
    });
    await assert.rejects(readRegularFile(path, MAXIMUM_BYTES), /^UnreadableFile: is a pipe/);
    // The writer comes after the reader, in two parts.
    const writer = spawn("sh", ["-c", `exec > "$0"; echo one; sleep 0.1; echo two`, path]);
    const { bytes, isPipe } = readOnce(path, MAXIMUM_BYTES);
    assert.deepEqual([String(bytes), isPipe], ["one\ntwo\n", true]);
    await once(writer, "close");
  });

  needing("bash").it(
    "may be a pipe that was open before, whose end is seen at once though it is empty",
    () => {
      const code = `import { readOnce } from ${JSON.stringify(MODULE)};
      process.stdout.write(JSON.stringify(String(readOnce(process.argv[1], 100).bytes)));`;
      const read = (script: string) =>
        execFileSync("bash", ["-c", script, process.execPath, code], { encoding: "utf8" });
      const command = '"$0" --input-type=module -e "$1"';
      assert.equal(read(`${command} <(true)`), '""');
      assert.equal(read(`${command} <(echo one; sleep 0.1; echo two)`), String.raw`"one\ntwo\n"`);
      assert.equal(read(`echo one | ${command} /dev/stdin`), String.raw`"one\n"`);
    },
  );

  it("may be a pipe whose writer never stops, of which only so much is read", () => {
    execFileSync("mkfifo", [path]);
    // Opened for both, so that it blocks nobody.
    const end = openSync(path, constants.O_RDWR);
    try {
      writeFileSync(end, "x".repeat(MAXIMUM_BYTES + 1));
      assert.throws(() => readOnce(path, MAXIMUM_BYTES), /^UnreadableFile: is larger than 1,000 b/);
    } finally {
      closeSync(end);
    }
  });
});
