import type { MachineFiles } from "./machineFiles.ts";

const CARDS = "/sys/class/drm";

/**
 * Bytes of the card's memory as AMD's driver says it in a file; undefined for other cards, and where it
 * cannot be known which card is meant.
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
