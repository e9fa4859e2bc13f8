import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { globSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { scaled } from "../../../support/tiers/scale.ts";
import { needing } from "../../../support/tiers/tiers.ts";
import { onSoftwareDevice, SOFTWARE_DRIVER } from "./softwareDevice.ts";

const CHILD = join(import.meta.dirname, "child.ts");
const PACKAGE = join(import.meta.dirname, "../../../../node_modules/webgpu");

/** What the child wrote, with the code or the signal that ended it. */
interface ChildEnd {
  readonly answer: {
    readonly error?: string;
    readonly isRight?: boolean;
    readonly generator?: string;
    readonly device?: { readonly description: string; readonly isSoftware: boolean };
  };
  readonly end: number | string | undefined;
}

/** Runs child.ts, by itself or by a shell that prepares a world for it first. */
function runChild(
  args: readonly string[],
  { driver = SOFTWARE_DRIVER, prepare }: { driver?: string; prepare?: string } = {},
): Promise<ChildEnd> {
  const command = [process.execPath, CHILD, ...args];
  const [file, ...rest] =
    prepare === undefined
      ? command
      : ["unshare", "-rm", "sh", "-c", `${prepare} && exec "$@"`, "sh", ...command];
  const env = { ...process.env, VK_ICD_FILENAMES: driver };
  return new Promise((resolve) => {
    execFile(file as string, rest, { env, timeout: 60_000 }, (error, stdout, stderr) => {
      const [line] = stdout.split("\n").filter((text) => text.startsWith("{"));
      if (line === undefined) throw new Error(`the child wrote '${stdout}' and '${stderr}'`);
      const end = error === null ? 0 : (error.code ?? error.signal ?? undefined);
      resolve({ answer: JSON.parse(line) as ChildEnd["answer"], end });
    });
  });
}

async function assertRefused(found: Promise<ChildEnd>, error: RegExp): Promise<void> {
  const { answer, end } = await found;
  assert.match(answer.error ?? "", error);
  assert.equal(end, 0);
}

/** A binary that is linked against a GNU C library of tomorrow. */
function binaryOfTomorrow(folder: string): string {
  writeFileSync(join(folder, "c.c"), "void tomorrow(void) {}\n");
  writeFileSync(join(folder, "versions"), "GLIBC_2.99 { tomorrow; };\n");
  writeFileSync(join(folder, "dawn.c"), "void tomorrow(void); void use(void) { tomorrow(); }\n");
  const library = ["c.c", "-o", "libc.so.6", "-Wl,-soname,libc.so.6"];
  for (const args of [
    [...library, "-Wl,--version-script=versions"],
    ["dawn.c", "-o", "dawn.node", "./libc.so.6"],
  ]) {
    execFileSync("gcc", ["-shared", "-fPIC", "-nostdlib", ...args], { cwd: folder });
  }
  return join(folder, "dawn.node");
}

onSoftwareDevice.describe("loading the backend webgpu", () => {
  it("tells device, driver and generator", async () => {
    const { answer, end } = await runChild(["load"]);
    assert.match(
      answer.generator ?? "",
      /^\S+ (un)?fused webgpu\/1 SwiftShader Device .*, SwiftShader/,
    );
    assert.equal(answer.device?.isSoftware, true);
    assert.equal(end, 0);
  });

  it("never takes a software device silently", async () => {
    await assertRefused(runChild(["load-card"]), /: SwiftShader Device \(Subzero\) is software: /);
  });

  it("names the devices that there are where none has the name", async () => {
    await assertRefused(
      runChild(["load", "H200"]),
      /: no device is called 'H200'; choose SwiftShader Device \(Subzero\), or a part of it$/,
    );
  });

  it("takes a part of a name", async () => {
    const { answer } = await runChild(["load", "Subzero"]);
    assert.equal(answer.device?.description, "SwiftShader Device (Subzero)");
  });

  it("says that there is no driver", async () => {
    await assertRefused(
      runChild(["load"], { driver: "/nowhere.json" }),
      /: Vulkan finds no device: .*'?\/nowhere\.json/,
    );
  });
});

needing("chromium-common", "libvulkan1", "mount", "util-linux").describe(
  "loading the backend webgpu where something is missing",
  () => {
    let folder: string;
    before(() => {
      folder = mkdtempSync(join(tmpdir(), "lyapunov-webgpu-"));
    });
    after(() => {
      rmSync(folder, { recursive: true });
    });

    it("says that the package is not installed", async () => {
      await assertRefused(
        runChild(["load"], { prepare: `mount --bind ${folder} ${PACKAGE}` }),
        /: the optional package webgpu is not installed; run 'npm install webgpu'/,
      );
    });

    it("says that the package has no binaries for the machine", async () => {
      const binaries = join(PACKAGE, `dist/linux-${process.arch}`);
      await assertRefused(
        runChild(["load"], { prepare: `mount --bind ${folder} ${binaries}` }),
        /: the package webgpu has no binaries for linux on /,
      );
    });

    it("says that Vulkan's loader is missing", async () => {
      const [loader] = globSync("/usr/lib/*/libvulkan.so.1");
      await assertRefused(
        runChild(["load"], {
          prepare: `mount --bind /dev/null ${realpathSync(loader as string)}`,
        }),
        /: Vulkan finds no device: .*libvulkan\.so\.1.*\(Debian's libvulkan1\)/,
      );
    });

    needing("gcc").it("says that the GNU C library is too old", async () => {
      const binary = join(PACKAGE, `dist/linux-${process.arch}/dawn.node`);
      await assertRefused(
        runChild(["load"], { prepare: `mount --bind ${binaryOfTomorrow(folder)} ${binary}` }),
        /: the package webgpu needs the GNU C library 2\.34 or newer, and GLIBC 2\.99 is not here; /,
      );
    });
  },
);

needing("chromium-common", "libvulkan1", "util-linux").describe("a device without memory", () => {
  it("gets smaller batches", async () => {
    assert.deepEqual(await runChild(["large"]), { answer: { isRight: true }, end: 0 });
  });

  it("is refused in a sentence where not even one replica fits", async () => {
    await assertRefused(
      runChild(["too-large"]),
      /^Error: backend webgpu: SwiftShader Device \(Subzero\) has too little memory for a network of width 3, /,
    );
  });
});

onSoftwareDevice.describe("a process with a device", () => {
  it("ends by itself when the device was closed, and when it was not", async () => {
    for (const what of ["close", "leave"]) {
      assert.deepEqual(await runChild([what]), { answer: { isRight: true }, end: 0 });
    }
  });

  it("ends by itself when the device was lost", async () => {
    const { answer, end } = await runChild(["destroy"]);
    assert.match(answer.error ?? "", /^DeviceLostError: .* was lost: /);
    assert.equal(end, 0);
  });
});

onSoftwareDevice.describe("many processes with a device", () => {
  it("never crash at their end", async () => {
    for (const what of ["close", "leave", "destroy"]) {
      for (let i = 0; i < scaled(6); i++) assert.equal((await runChild([what])).end, 0, what);
    }
  });
});
