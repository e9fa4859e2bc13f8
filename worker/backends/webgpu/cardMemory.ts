import type { MachineFiles } from "./machineFiles.ts";

const CARDS = "/sys/class/drm";

/**
 * Bytes of the card's memory, which WebGPU does not tell. Of the drivers of Linux only AMD's says it
 * in a file; undefined where none does, or where it cannot be known which card is meant.
 *
 * @param vendor as WebGPU names it
 */
export function cardMemory(files: MachineFiles, vendor: string): number | undefined {
  if (vendor !== "amd") return undefined;
  const sizes = files
    .list(CARDS)
    .filter((name) => /^card\d+$/.test(name))
    .map((name) => files.read(`${CARDS}/${name}/device/mem_info_vram_total`))
    .filter((text) => text !== undefined);
  const bytes = Number(sizes[0]);
  return sizes.length === 1 && bytes > 0 ? bytes : undefined;
}
