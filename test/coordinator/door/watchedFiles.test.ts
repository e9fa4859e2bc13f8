import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";

import pino from "pino";

import { WatchedFiles, type WatchParts } from "../../../coordinator/door/watchedFiles.ts";

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

  function open(parts?: WatchParts): WatchedFiles<number> {
    const files = [{ flag: "--number", path }];
    return new WatchedFiles(files, ([content]) => parse(content), log, parts);
  }

  function parse(content: Buffer | undefined): number {
    const number = Number(content);
    if (Number.isNaN(number)) throw new Error(`--number: '${path}' holds no number; give one`);
    return number;
  }

  it("has to be good at the start", async () => {
    assert.throws(() => open(), /^Error: --number: '.*number' cannot be read \(ENOENT.*\); give a/);
    await writeFile(path, "x");
    assert.throws(() => open(), /holds no number/);
  });

  it("is read again when it changes, in place or by another put in its place", async () => {
    await writeFile(path, "1");
    using watched = open();
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
    using watched = open();
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

  it("may be swapped behind symbolic links, as Kubernetes does with secrets", async () => {
    const put = async (version: string, content: string) => {
      await mkdir(join(folder, version));
      await writeFile(join(folder, version, "number"), content);
      await symlink(version, join(folder, "..new"));
      await rename(join(folder, "..new"), join(folder, "..data"));
    };
    await put("..1", "1");
    await symlink("..data/number", path);
    using watched = open();
    await put("..2", "2");
    await rm(join(folder, "..1"), { recursive: true });
    await until(() => watched.current === 2);
  });

  it("stays in force when a pipe takes its place, which is said, and is read once more a file", async () => {
    await writeFile(path, "1");
    using watched = open();
    await rm(path);
    execFileSync("mkfifo", [path]);
    await until(() => said.includes("is a pipe; give a file"));
    assert.match(said, /--number: '.*number' is a pipe.*; the previous content stays in fo/);
    assert.equal(watched.current, 1);
    await rm(path);
    await writeFile(path, "2");
    await until(() => watched.current === 2);
  });

  it("may be a pipe from the start, which is not read again", async () => {
    execFileSync("mkfifo", [path]);
    const writer = spawn("sh", ["-c", 'echo 7 > "$0"', path]);
    let reads = 0;
    const read = async () => Promise.resolve(Buffer.from(String(++reads)));
    using watched = open({ read, now: () => performance.now() });
    await once(writer, "close");
    assert.match(said, /read from a pipe: changes are not seen/);
    await delay(1500);
    assert.deepEqual([watched.current, reads], [7, 0]);
  });

  it("is asked for once at a time, and its slowness is said now and then", async () => {
    await writeFile(path, "1");
    let now = 0;
    let asked = 0;
    const { promise, resolve } = Promise.withResolvers<Buffer>();
    const read = () => {
      asked += 1;
      return promise;
    };
    using watched = open({ read, now: () => now });
    await until(() => asked === 1);
    now = 6000;
    await until(() => said.includes("has not been read within 5 s; check its file system"));
    now = 70_000;
    await until(() => said.split("has not been read").length === 3);
    assert.equal(asked, 1);
    resolve(Buffer.from("2"));
    await until(() => watched.current === 2);
  });
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await delay(20);
}
