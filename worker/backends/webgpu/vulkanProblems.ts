import type { MachineFiles } from "./machineFiles.ts";
import {
  chosenDriverFiles,
  hasSharedLibrary,
  vulkanDrivers,
  type Environment,
} from "./vulkanDrivers.ts";

const LOADER = "libvulkan.so.1";
const NVIDIA_DRIVER = "libGLX_nvidia.so.0";
/** What NVIDIA's driver loads, and does not bring. */
const NVIDIA_NEEDS = "libXext.so.6";
/** What NVIDIA's container toolkit takes where nothing is said. */
const DEFAULT_CAPABILITIES = "compute,utility";
/** Drivers that compute on the processor: llvmpipe and SwiftShader. */
const SOFTWARE = /lvp_icd|swiftshader/;

/**
 * Says why Vulkan has no GPU on this machine or in this container, in the order in which to mend it: a
 * sentence for each thing that is missing, with a remedy. It only looks at files, so what it says
 * explains a device that was not found, and what it does not say proves nothing.
 */
export function vulkanProblems(files: MachineFiles, environment: Environment): string[] {
  const problems: string[] = [];
  const isThere = (library: string) => hasSharedLibrary(files, environment, library);
  if (!isThere(LOADER)) {
    problems.push(`${LOADER}, Vulkan's loader, is missing: install it (Debian's libvulkan1)`);
  }
  const isNvidia = hasNvidia(files) || environment["NVIDIA_VISIBLE_DEVICES"] !== undefined;
  const chosen = chosenDriverFiles(environment);
  if (isNvidia && chosen === undefined && !isThere(NVIDIA_NEEDS)) {
    problems.push(
      `${NVIDIA_NEEDS}, which NVIDIA's driver needs, is missing: install it (Debian's libxext6)`,
    );
  }
  if (chosen !== undefined) return [...problems, ...chosenProblems(files, environment)];
  if (hasNvidia(files)) return [...problems, ...nvidiaProblems(files, environment)];
  const nodes = renderNodes(files);
  if (nodes.length === 0) return [...problems, noGpu(files, environment)];
  return [...problems, ...renderProblems(files, environment, nodes)];
}

/** Problems of drivers that the environment names in place of all others. */
function chosenProblems(files: MachineFiles, environment: Environment): string[] {
  const variable =
    environment["VK_DRIVER_FILES"] === undefined ? "VK_ICD_FILENAMES" : "VK_DRIVER_FILES";
  const drivers = vulkanDrivers(files, environment);
  if (drivers.length === 0) {
    return [
      `${variable} is empty, which leaves Vulkan no driver: unset it, or name a driver's file`,
    ];
  }
  return drivers.flatMap(({ file, library, hasLibrary }) => {
    if (hasLibrary) return [];
    const problem =
      library === undefined ? "is no file of a driver" : `needs ${library}, which is missing`;
    return [`${variable} names ${file}, which ${problem}: correct it, or unset it`];
  });
}

function nvidiaProblems(files: MachineFiles, environment: Environment): string[] {
  const capabilities = environment["NVIDIA_DRIVER_CAPABILITIES"] ?? DEFAULT_CAPABILITIES;
  const drivers = vulkanDrivers(files, environment);
  const hasFile = drivers.some(({ library, file }) => /nvidia/i.test(library ?? file));
  const hasLibrary = hasSharedLibrary(files, environment, NVIDIA_DRIVER);
  const missing = [
    ...(hasLibrary ? [] : [`${NVIDIA_DRIVER}, NVIDIA's driver for Vulkan, is missing`]),
    ...(hasFile ? [] : ["nvidia_icd.json, which names NVIDIA's driver to Vulkan, is missing"]),
  ];
  if (!isContainer(files, environment)) {
    return missing.map(
      (problem) =>
        `${problem}: install the part of the driver that draws (Debian's nvidia-vulkan-icd, ` +
        `Ubuntu's libnvidia-gl)`,
    );
  }
  if (missing.length > 0 && !/\b(?:graphics|all)\b/.test(capabilities)) {
    return [
      `NVIDIA_DRIVER_CAPABILITIES is '${capabilities}', which leaves Vulkan out: ` +
        `set it to 'compute,utility,graphics'`,
    ];
  }
  return missing.map(
    (problem) =>
      `${problem}: install the whole driver on the machine, not its headless part, and ` +
      `a current container toolkit of NVIDIA's`,
  );
}

/** Problems of cards whose drivers come with Mesa: AMD's, Intel's and others. */
function renderProblems(
  files: MachineFiles,
  environment: Environment,
  nodes: readonly string[],
): string[] {
  const drivers = vulkanDrivers(files, environment);
  const usable = drivers.filter(({ file, hasLibrary }) => hasLibrary && !SOFTWARE.test(file));
  const closed = nodes.filter((node) => !files.mayOpen(node));
  return [
    ...(usable.length > 0
      ? []
      : ["Vulkan has no driver for the GPU: install one (Debian's mesa-vulkan-drivers)"]),
    ...closed.map(
      (node) => `${node} is closed to this user: let them into its group (usually 'render')`,
    ),
  ];
}

/** Why there is no GPU at all. */
function noGpu(files: MachineFiles, environment: Environment): string {
  const visible = environment["NVIDIA_VISIBLE_DEVICES"];
  if (visible !== undefined && /^(?:none|void|)$/.test(visible)) {
    return (
      `NVIDIA_VISIBLE_DEVICES is '${visible}', which keeps all GPUs out of this container: ` +
      `set it to 'all', or to a GPU's number`
    );
  }
  if (isContainer(files, environment)) {
    return (
      "no GPU was passed into this container: start it with --gpus all (Docker), with " +
      "--device nvidia.com/gpu=all (Podman), or with the resource nvidia.com/gpu (Kubernetes)"
    );
  }
  if (hasNvidiaCard(files)) {
    return "this machine has an NVIDIA card, but its driver is not at work: nvidia-smi says why";
  }
  return "this machine has no GPU, or no driver for it: there is neither /dev/nvidia0 nor /dev/dri";
}

function hasNvidia(files: MachineFiles): boolean {
  return files.list("/dev").some((name) => /^nvidia\d+$/.test(name));
}

function renderNodes(files: MachineFiles): string[] {
  const names = files.list("/dev/dri").filter((name) => name.startsWith("renderD"));
  return names.map((name) => `/dev/dri/${name}`);
}

/** Whether a card is plugged in, whatever its driver does. */
function hasNvidiaCard(files: MachineFiles): boolean {
  const devices = "/sys/bus/pci/devices";
  return files.list(devices).some((name) => {
    const vendor = files.read(`${devices}/${name}/vendor`);
    const kind = files.read(`${devices}/${name}/class`);
    return vendor?.trim() === "0x10de" && kind?.startsWith("0x03") === true;
  });
}

function isContainer(files: MachineFiles, environment: Environment): boolean {
  return (
    files.exists("/.dockerenv") ||
    files.exists("/run/.containerenv") ||
    environment["KUBERNETES_SERVICE_HOST"] !== undefined ||
    environment["NVIDIA_VISIBLE_DEVICES"] !== undefined
  );
}
