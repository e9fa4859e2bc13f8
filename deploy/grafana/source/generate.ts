import { writeFile } from "node:fs/promises";

import { DASHBOARDS, dashboardText } from "./dashboards.ts";

for (const [file, dashboard] of Object.entries(DASHBOARDS)) {
  await writeFile(new URL(`../dashboards/${file}`, import.meta.url), dashboardText(dashboard));
}
