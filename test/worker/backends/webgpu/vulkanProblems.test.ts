import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { machineFiles } from "../../../../worker/backends/webgpu/machineFiles.ts";
import { vulkanProblems } from "../../../../worker/backends/webgpu/vulkanProblems.ts";

const LIBRARIES = "/usr/lib/x86_64-linux-gnu";
const LOADER = { [`${LIBRARIES}/libvulkan.so.1`]: "" };
const LIBXEXT = { [`${LIBRARIES}/libXext.so.6`]: "" };
const DRIVER = { [`${LIBRARIES}/libGLX_nvidia.so.0`]: "" };
const DRIVER_FILE = driverFile("/etc/vulkan/icd.d/nvidia_icd.json", "libGLX_nvidia.so.0");
const CARD = { "/dev/nvidia0": "", "/dev/nvidiactl": "" };
const CONTAINER = { "/run/.containerenv": "" };
const NVIDIA_IMAGE = {
  NVIDIA_VISIBLE_DEVICES: "all",
  NVIDIA_DRIVER_CAPABILITIES: "compute,utility,graphics",
};

type Layout = Readonly<Record<string, string>>;

/** Tests on folders that are laid out like machines. */
describe("Vulkan's problems", () => {
  const folders: string[] = [];
  after(() => {
    for (const folder of folders) rmSync(folder, { recursive: true });
  });

  describe("in a container of the NVIDIA image", () => {
    it("are none where everything is mounted", () => {
      const layout = { ...CONTAINER, ...LOADER, ...LIBXEXT, ...DRIVER, ...DRIVER_FILE, ...CARD };
      assert.deepEqual(problems(layout, NVIDIA_IMAGE), []);
    });

    it("are that no GPU was passed in, and nothing that follows from it", () => {
      const layout = { ...CONTAINER, ...LOADER, ...LIBXEXT };
      assertOne(problems(layout, NVIDIA_IMAGE), /^no GPU was passed .* --gpus all \(Docker\)/);
    });

    it("are that the environment keeps GPUs out", () => {
      const layout = { ...CONTAINER, ...LOADER, ...LIBXEXT };
      const environment = { ...NVIDIA_IMAGE, NVIDIA_VISIBLE_DEVICES: "void" };
      assertOne(problems(layout, environment), /^NVIDIA_VISIBLE_DEVICES is 'void'/);
    });

    it("are capabilities without graphics, also where they are left to the toolkit", () => {
      const layout = { ...CONTAINER, ...LOADER, ...LIBXEXT, ...CARD };
      for (const capabilities of ["compute,utility", undefined, "utility,notgraphics"]) {
        assertOne(
          problems(layout, { ...NVIDIA_IMAGE, NVIDIA_DRIVER_CAPABILITIES: capabilities }),
          /^NVIDIA_DRIVER_CAPABILITIES is '.*set it to 'compute,utility,graphics'$/,
        );
      }
    });

    it("are each file of the driver that the machine did not give", () => {
      const layout = { ...CONTAINER, ...LOADER, ...LIBXEXT, ...CARD };
      for (const capabilities of ["compute,utility,graphics", "all"]) {
        const environment = { ...NVIDIA_IMAGE, NVIDIA_DRIVER_CAPABILITIES: capabilities };
        const [library, file, ...others] = problems(layout, environment);
        assert.match(String(library), /^libGLX_nvidia\.so\.0, .* is missing: install/);
        assert.match(String(file), /^nvidia_icd\.json, .* is missing: install/);
        assert.deepEqual(others, []);
        assertOne(problems({ ...layout, ...DRIVER_FILE }, environment), /^libGLX_nvidia/);
        assertOne(problems({ ...layout, ...DRIVER }, environment), /^nvidia_icd/);
      }
    });

    it("are the packages that the image should have", () => {
      const layout = { ...CONTAINER, ...DRIVER, ...DRIVER_FILE, ...CARD };
      assertOne(problems({ ...layout, ...LIBXEXT }, NVIDIA_IMAGE), /^libvulkan.*libvulkan1\)$/);
      assertOne(problems({ ...layout, ...LOADER }, NVIDIA_IMAGE), /^libXext\.so\.6.*libxext6\)$/);
      assert.equal(problems(CONTAINER, NVIDIA_IMAGE).length, 3);
    });
  });

  describe("on a machine", () => {
    it("are that it has no GPU", () => {
      assertOne(problems(LOADER), /^this machine has no GPU/);
    });

    it("are a card whose driver does not work", () => {
      const pci = "/sys/bus/pci/devices/0000:01:00.0";
      const card = { [`${pci}/vendor`]: "0x10de\n", [`${pci}/class`]: "0x030200\n" };
      assertOne(problems({ ...LOADER, ...card }), /NVIDIA card, .* nvidia-smi says why$/);
      const audio = { ...card, [`${pci}/class`]: "0x040300\n" };
      assertOne(problems({ ...LOADER, ...audio }), /^this machine has no GPU/);
    });

    it("are a driver of NVIDIA's without the part for Vulkan", () => {
      const [library, file] = problems({ ...LOADER, ...LIBXEXT, ...CARD });
      assert.match(String(library), /^libGLX_nvidia.*nvidia-vulkan-icd/);
      assert.match(String(file), /^nvidia_icd.*nvidia-vulkan-icd/);
    });

    it("are that another card has no driver; one that computes on the processor is none", () => {
      const layout = { ...LOADER, "/dev/dri/renderD128": "" };
      const software = withLibrary("lvp_icd.x86_64.json", "libvulkan_lvp.so");
      assertOne(problems(layout), /mesa-vulkan-drivers/);
      assertOne(problems({ ...layout, ...software }), /mesa-vulkan-drivers/);
      const intel = withLibrary("intel_icd.x86_64.json", "libvulkan_intel.so");
      assert.deepEqual(problems({ ...layout, ...intel }), []);
    });

    it("are a card that this user may not open", () => {
      const intel = withLibrary("intel_icd.x86_64.json", "libvulkan_intel.so");
      const files = machine({ ...LOADER, "/dev/dri/renderD128": "", ...intel });
      // Root, as whom CI runs, may open everything.
      const closed = { ...files, mayOpen: () => false };
      assertOne(vulkanProblems(closed, {}), /^\/dev\/dri\/renderD128 is closed .*'render'\)$/);
      assert.ok(files.mayOpen("/dev/dri/renderD128"));
      assert.ok(!files.mayOpen("/dev/dri/renderD129"));
    });
  });

  describe("of a driver that the environment names", () => {
    const file = "/opt/swiftshader/vk_swiftshader_icd.json";
    const layout = { ...LOADER, ...driverFile(file, "./libvk_swiftshader.so") };
    const library = { "/opt/swiftshader/libvk_swiftshader.so": "" };

    it("are none where it is there, with a GPU or without", () => {
      const whole = { ...layout, ...library };
      assert.deepEqual(problems(whole, { VK_ICD_FILENAMES: file }), []);
      assert.deepEqual(problems(whole, { ...NVIDIA_IMAGE, VK_DRIVER_FILES: file }), []);
    });

    it("are its library, its file, and a name that is none", () => {
      const expected =
        /^VK_ICD_FILENAMES names .*, which needs \.\/libvk_swiftshader\.so, which is/;
      assertOne(problems(layout, { VK_ICD_FILENAMES: file }), expected);
      const missing = /^VK_DRIVER_FILES names \/none\.json, which is no file of a driver/;
      assertOne(problems(layout, { VK_DRIVER_FILES: "/none.json" }), missing);
      assertOne(problems(layout, { VK_DRIVER_FILES: "" }), /^VK_DRIVER_FILES is empty/);
      const broken = { ...layout, "/broken.json": "{" };
      assertOne(problems(broken, { VK_DRIVER_FILES: "/broken.json" }), /no file of a driver/);
    });
  });

  it("look where the system's linker and Vulkan's loader look", () => {
    const layout = {
      ...CARD,
      "/etc/ld.so.conf.d/nvidia.conf": "# NVIDIA's\n/opt/nvidia/lib\n",
      "/opt/nvidia/lib/libGLX_nvidia.so.0": "",
      "/mine/libvulkan.so.1": "",
      "/usr/lib64/libXext.so.6": "",
      ...driverFile("/home/ann/.local/share/vulkan/icd.d/nvidia_icd.json", "libGLX_nvidia.so.0"),
    };
    assert.deepEqual(problems(layout, { LD_LIBRARY_PATH: "/mine", HOME: "/home/ann" }), []);
    assert.equal(problems(layout).length, 2);
  });

  it("do not miss a file behind a link", () => {
    const folder = folderOf({ ...LIBXEXT, "/lib/libvulkan.so.1.3.239": "" });
    symlinkSync("libvulkan.so.1.3.239", join(folder, "lib/libvulkan.so.1"));
    assertOne(vulkanProblems(machineFiles(folder), {}), /no GPU/);
  });

  it("are looked for on this machine by default", () => {
    const environment = { VK_DRIVER_FILES: "/none.json" };
    assert.match(String(vulkanProblems(machineFiles(), environment).at(-1)), /names \/none\.json/);
  });

  function problems(layout: Layout, environment: NodeJS.ProcessEnv = {}): string[] {
    return vulkanProblems(machine(layout), environment);
  }

  function machine(layout: Layout) {
    return machineFiles(folderOf(layout));
  }

  function folderOf(layout: Layout): string {
    const folder = mkdtempSync(join(tmpdir(), "lyapunov-machine-"));
    folders.push(folder);
    const linker = { "/etc/ld.so.conf.d/x86_64-linux-gnu.conf": `# Multiarch\n${LIBRARIES}\n` };
    for (const [path, text] of Object.entries({ ...linker, ...layout })) {
      mkdirSync(join(folder, dirname(path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    return folder;
  }
});

function driverFile(path: string, library: string): Layout {
  return { [path]: JSON.stringify({ ICD: { library_path: library, api_version: "1.3.0" } }) };
}

/** A driver's file where distributions put it, and its library. */
function withLibrary(name: string, library: string): Layout {
  const path = `${LIBRARIES}/${library}`;
  return { ...driverFile(`/usr/share/vulkan/icd.d/${name}`, path), [path]: "" };
}

function assertOne(problems: readonly string[], expected: RegExp): void {
  assert.equal(problems.length, 1, problems.join("\n"));
  assert.match(String(problems[0]), expected);
}
