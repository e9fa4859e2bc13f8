import assert from "node:assert/strict";
import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";

import pino from "pino";

import { WatchedFiles } from "../../../coordinator/door/watchedFiles.ts";

describe("a watched file", () => {
  let folder: string;
  let path: string;
  let said: string;
  let log: pino.Logger;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "lyapunov-watched-"));
    path = join(folder, "number");
    said = "";
    const sink = new Writable({
      write: (chunk, _encoding, done) => {
        said += String(chunk);
        done();
      },
    });
    log = pino(sink);
  });

  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  function open(): Promise<WatchedFiles<number>> {
    return WatchedFiles.open([{ flag: "--number", path }], ([content]) => parse(content), log);
  }

  function parse(content: Buffer | undefined): number {
    const number = Number(content);
    if (Number.isNaN(number)) throw new Error(`--number: '${path}' holds no number; give one`);
    return number;
  }

  it("has to be good at the start", async () => {
    await assert.rejects(
      open(),
      /^Error: --number: '.*number' cannot be read \(ENOENT.*\); give a/,
    );
    await writeFile(path, "x");
    await assert.rejects(open(), /holds no number/);
  });

  it("is read again when it changes, in place or by another put in its place", async () => {
    await writeFile(path, "1");
    using watched = await open();
    const heard: number[] = [];
    watched.onChange((number) => heard.push(number));
    assert.equal(watched.current, 1);
    await writeFile(path, "2");
    await until(() => watched.current === 2);
    await writeFile(`${path}.new`, "3");
    await rename(`${path}.new`, path);
    await until(() => watched.current === 3);
    assert.deepEqual(heard, [2, 3]);
  });

  it("stays in force as it was while it is broken or gone, which is said once", async () => {
    await writeFile(path, "1");
    using watched = await open();
    await writeFile(path, "x");
    await until(() => said.includes("holds no number"));
    await rm(path);
    await until(() => said.includes("ENOENT"));
    assert.equal(watched.current, 1);
    await writeFile(path, "4");
    await until(() => watched.current === 4);
    assert.equal(said.split("holds no number").length, 2);
    assert.equal(said.split("stays in force").length, 3);
  });
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await delay(20);
}
