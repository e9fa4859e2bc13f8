import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";

const ROOT = join(import.meta.dirname, "..");

/**
 * The rooms of the house, each with the rooms that it may import from. A room may also import what
 * these may. A room is a folder with all that is below it, or one file.
 */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  "shared/text": [],
  "shared/statistics": [],
  "shared/theory": [],
  "shared/specification": ["shared/statistics", "shared/text"],
  "shared/network": ["shared/specification", "shared/theory"],
  "shared/initialization": ["shared/theory"],
  "shared/random": ["shared/network"],
  "shared/sampling": ["shared/random"],
  "shared/shard": ["shared/network"],
  "shared/training": ["shared/sampling"],
  "shared/files": ["shared/text"],
  "shared/wire": ["shared/shard"],
  "shared/studies": ["shared/training", "shared/wire"],
  "shared/kinds": ["shared/wire", "shared/training", "shared/initialization"],
  "shared/charts": ["shared/kinds", "shared/studies"],
  "shared/metrics": ["shared/wire"],

  "coordinator/plan": ["shared/kinds"],
  "coordinator/scheduler/trust": ["shared/random"],
  "coordinator/scheduler": ["coordinator/plan", "coordinator/scheduler/trust"],
  "coordinator/ledger": ["coordinator/plan", "shared/files"],
  "coordinator/engine": ["coordinator/scheduler", "coordinator/ledger"],
  "coordinator/simulations": ["coordinator/engine"],
  "coordinator/door": ["coordinator/simulations", "shared/files"],
  "coordinator/rpc": ["coordinator/door"],
  "coordinator/http": ["coordinator/door", "shared/studies"],
  "coordinator/metrics": ["coordinator/simulations", "shared/metrics"],
  "coordinator/process": ["coordinator/rpc", "coordinator/http", "coordinator/metrics"],

  "worker/backends": ["shared/random", "shared/kinds"],
  "worker/pool": ["worker/backends"],
  "worker/devices": ["worker/pool"],
  "worker/agent": ["worker/devices"],
  "worker/metrics": ["worker/agent", "shared/metrics"],
  "worker/worker.ts": ["worker/metrics"],

  "client/page": ["shared/studies"],
  "client/sdk": ["shared/kinds", "shared/initialization"],
  "client/tfjs": ["shared/initialization", "shared/random"],
  "client/exports": ["shared/wire"],
  "client/sweepFile": ["client/sdk", "shared/files"],
  "client/studyFile": ["client/sweepFile"],
  "client/local": ["client/sdk"],
  "client/reproduce": ["client/studyFile", "shared/charts"],
  "client/cli": [
    "client/local",
    "client/reproduce",
    "client/studyFile",
    "client/exports",
    "shared/charts",
    "shared/metrics",
  ],
  "client/main.ts": ["client/cli"],
};

/** Files that may start or measure a coordinator or a worker, with what they import for it. */
const STARTERS: Readonly<Record<string, readonly string[]>> = {
  "client/local/embeddedCluster.ts": ["coordinator/process", "worker/worker.ts"],
  "client/local/ownLedger.ts": ["coordinator/ledger"],
  "client/local/ownLedgers.ts": ["coordinator/ledger"],
  "client/local/recover.ts": ["coordinator/ledger"],
  "client/cli/commands/serve.ts": ["coordinator/process"],
  "client/cli/commands/work.ts": ["worker/worker.ts"],
  "client/cli/commands/devices.ts": ["worker/devices"],
  "client/cli/deviceFlags.ts": ["worker/devices"],
  "client/cli/commands/bench.ts": ["coordinator/plan", "worker/devices"],
};

/** Matches every path to a source: in imports of values or types, in `import()`, and of workers. */
const PATHS = /["'](\.{1,2}\/[^"'\n]+\.ts)["']/g;

const SOURCES = globSync("{shared,coordinator,worker,client}/**/*.ts", { cwd: ROOT })
  .map((file) => file.replaceAll("\\", "/"))
  .filter((file) => !file.endsWith(".d.ts"));

function roomOf(file: string): string | undefined {
  for (let place = file; place !== "."; place = posix.dirname(place)) {
    if (place in ROOMS) return place;
  }
  return undefined;
}

/** Rooms that can be reached from these, themselves included. */
function reachable(rooms: readonly string[]): ReadonlySet<string> {
  const found = new Set<string>();
  const enter = (room: string) => {
    if (found.has(room)) return;
    found.add(room);
    for (const next of ROOMS[room] ?? []) enter(next);
  };
  for (const room of rooms) enter(room);
  return found;
}

/** The files that a source names. */
function targets(file: string, source: string): string[] {
  return [...source.matchAll(PATHS)].map(([, path]) =>
    posix.join(posix.dirname(file), path as string),
  );
}

/** The first circle of files found, as `a → b → a`. */
function circle(sources: ReadonlyMap<string, string>): string | undefined {
  const done = new Set<string>();
  const walk = (file: string, way: readonly string[]): string | undefined => {
    if (way.includes(file)) return [...way.slice(way.indexOf(file)), file].join(" → ");
    if (done.has(file)) return undefined;
    for (const target of targets(file, sources.get(file) ?? "")) {
      const found = walk(target, [...way, file]);
      if (found !== undefined) return found;
    }
    done.add(file);
    return undefined;
  };
  for (const file of sources.keys()) {
    const found = walk(file, []);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Imports of a source that its room does not allow, as `file → file`. */
function trespasses(file: string, source: string): string[] {
  const room = roomOf(file);
  if (room === undefined) return [`${file} is in no room`];
  const allowed = reachable([room, ...(STARTERS[file] ?? [])]);
  return targets(file, source)
    .filter((target) => !allowed.has(roomOf(target) ?? ""))
    .map((target) => `${file} → ${target}`);
}

/**
 * Checks which room imports from which. The linter cannot: its rules see neither `import()` nor the
 * files of workers, and do not know "and what those may import".
 */
describe("the rooms", () => {
  it("import from one another as the table says, types included", () => {
    const found = SOURCES.flatMap((file) =>
      trespasses(file, readFileSync(join(ROOT, file), "utf8")),
    );
    assert.deepEqual(found, []);
  });

  it("are all there, and nothing imports in a circle", () => {
    for (const [room, next] of Object.entries(ROOMS)) {
      assert.ok(
        SOURCES.some((file) => roomOf(file) === room),
        `there is no ${room}`,
      );
      for (const other of next) assert.ok(other in ROOMS, `${room} → ${other}`);
      assert.ok(!reachable(next).has(room), `${room} can be come to from itself`);
    }
  });

  for (const room of Object.keys(ROOMS)) {
    it(`are told of an import that ${room} may not have`, () => {
      const allowed = reachable([room]);
      const others = Object.keys(ROOMS).filter((other) => !allowed.has(other));
      for (const target of [...others, "test"].map(fileIn)) {
        const path = posix.relative(posix.dirname(fileIn(room)), target).replace(/^(?!\.)/, "./");
        for (const source of [
          `import { x } from "${path}";`,
          `import type { X } from "${path}";`,
          `export * from "${path}";`,
          `type X = import("${path}").X;`,
          `const { x } = await import("${path}");`,
          `new Worker(new URL("${path}", import.meta.url));`,
        ]) {
          const found = trespasses(fileIn(room), source);
          assert.deepEqual(found, [`${fileIn(room)} → ${target}`], source);
        }
      }
    });
  }
});

describe("the files", () => {
  it("import nothing that comes back to them, when called or for types either", () => {
    // Generated types follow the messages of the contract, some of which hold one another.
    const sources = SOURCES.filter((file) => !file.includes("/generated/")).map(
      (file) => [file, readFileSync(join(ROOT, file), "utf8")] as const,
    );
    assert.equal(circle(new Map(sources)), undefined);
  });

  it("are told of a circle by way of a type and of an import() within a function", () => {
    const sources = new Map([
      ["client/a.ts", 'import { b } from "./b.ts";'],
      ["client/b.ts", 'const { c } = await import("./c.ts");'],
      ["client/c.ts", 'import type { B } from "./b.ts";'],
    ]);
    assert.equal(circle(sources), "client/b.ts → client/c.ts → client/b.ts");
  });
});

/** Names a file of the room, which need not exist. */
function fileIn(room: string): string {
  return room.endsWith(".ts") ? room : `${room}/some.ts`;
}
