import { execFile } from "node:child_process";
import { promisify } from "node:util";

const NVIDIA_SMI_SECONDS = 10;

/** A card as NVIDIA's own program describes it. */
export interface Card {
  readonly description: string;
  readonly driver: string;
  readonly memoryBytes?: number;
}

/** What the program is asked of a card. */
const CARD_QUERY = "--query-gpu=name,driver_version,memory.total";

/** Cards of this machine, or the one with this number or UUID; none where the program is not there. */
export async function nvidiaCards(id?: string): Promise<readonly Card[]> {
  const lines = await askNvidiaSmi([...(id === undefined ? [] : [`--id=${id}`]), CARD_QUERY]);
  return lines.map(parseCard).filter((card) => card !== undefined);
}

/** The lines that NVIDIA's program answers; none where it is not there, or has nothing to say. */
export async function askNvidiaSmi(query: readonly string[]): Promise<readonly string[]> {
  try {
    const { stdout } = await promisify(execFile)(
      "nvidia-smi",
      [...query, "--format=csv,noheader,nounits"],
      { timeout: NVIDIA_SMI_SECONDS * 1000 },
    );
    return stdout.split("\n").filter((line) => line.trim() !== "");
  } catch {
    return [];
  }
}

/** Reads a card as nvidia-smi prints it: `NVIDIA H200, 570.86.15, 143771`, with memory in MiB. */
function parseCard(line: string): Card | undefined {
  const [, description, version, mebibytes] =
    /^(.+), ([\d.]+), (\d+|\[N\/A\])$/.exec(line.trim()) ?? [];
  if (description === undefined || version === undefined) return undefined;
  const memoryBytes = Number(mebibytes) * 2 ** 20;
  return {
    description,
    driver: `NVIDIA ${version}`,
    ...(Number.isFinite(memoryBytes) && { memoryBytes }),
  };
}
