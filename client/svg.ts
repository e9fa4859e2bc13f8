import { writeFile } from "node:fs/promises";

import { View, parse } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";

/** Writes a Vega-Lite picture as SVG. */
export async function writeSvg(path: string, picture: TopLevelSpec): Promise<void> {
  const { spec } = compile(picture);
  const view = new View(parse(spec), { renderer: "none" });
  await writeFile(path, await view.toSVG());
}
