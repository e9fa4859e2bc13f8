import { posix } from "node:path";

import type { MachineFiles } from "./machineFiles.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** A driver of Vulkan, as its file (the ICD's manifest) names it to the loader. */
export interface VulkanDriver {
  /** Path of its file. */
  readonly file: string;
  /** Its library as the file names it; absent if the file is missing or cannot be read. */
  readonly library?: string;
  /** Whether the library is where the loader looks for it. */
  readonly hasLibrary: boolean;
}

/** The drivers' files that the environment names in place of those that are installed. */
export function chosenDriverFiles(environment: Environment): readonly string[] | undefined {
  const chosen = environment["VK_DRIVER_FILES"] ?? environment["VK_ICD_FILENAMES"];
  return chosen?.split(":").filter((path) => path !== "");
}

/** Drivers that Vulkan's loader finds, by its own rules for Linux. */
export function vulkanDrivers(files: MachineFiles, environment: Environment): VulkanDriver[] {
  const paths = chosenDriverFiles(environment) ?? installedDriverFiles(files, environment);
  return paths.map((file) => {
    const library = libraryOf(files.read(file));
    if (library === undefined) return { file, hasLibrary: false };
    const hasLibrary = library.includes("/")
      ? files.exists(posix.resolve(posix.dirname(file), library))
      : hasSharedLibrary(files, environment, library);
    return { file, library, hasLibrary };
  });
}

/** Folders where the loader looks for drivers' files. */
function driverFolders(environment: Environment): string[] {
  const home = environment["HOME"];
  const bases = [
    environment["XDG_CONFIG_HOME"] ?? (home === undefined ? undefined : `${home}/.config`),
    ...(environment["XDG_CONFIG_DIRS"] ?? "/etc/xdg").split(":"),
    "/etc",
    environment["XDG_DATA_HOME"] ?? (home === undefined ? undefined : `${home}/.local/share`),
    ...(environment["XDG_DATA_DIRS"] ?? "/usr/local/share:/usr/share").split(":"),
  ];
  return bases.flatMap((base) => (base === undefined ? [] : `${base}/vulkan/icd.d`));
}

function installedDriverFiles(files: MachineFiles, environment: Environment): string[] {
  return driverFolders(environment).flatMap((folder) =>
    files
      .list(folder)
      .filter((name) => name.endsWith(".json"))
      .map((name) => `${folder}/${name}`),
  );
}

function libraryOf(text: string | undefined): string | undefined {
  try {
    const { ICD: driver } = JSON.parse(text ?? "") as { ICD?: { library_path?: string } };
    return driver?.library_path;
  } catch {
    return undefined;
  }
}

/** Whether the system's linker finds a library, such as `libvulkan.so.1`, by its name. */
export function hasSharedLibrary(
  files: MachineFiles,
  environment: Environment,
  name: string,
): boolean {
  const configured = files
    .list("/etc/ld.so.conf.d")
    .flatMap((file) => (files.read(`/etc/ld.so.conf.d/${file}`) ?? "").split("\n"))
    .filter((line) => line.startsWith("/"));
  const folders = [
    ...(environment["LD_LIBRARY_PATH"] ?? "").split(":").filter((folder) => folder !== ""),
    ...configured,
    "/lib64",
    "/usr/lib64",
    "/lib",
    "/usr/lib",
  ];
  return folders.some((folder) => files.exists(`${folder.trim()}/${name}`));
}
