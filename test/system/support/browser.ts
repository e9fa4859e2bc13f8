import { existsSync } from "node:fs";

import { chromium, type Browser } from "playwright-core";

/** Debian's Chromium. */
const CHROMIUM = "/usr/bin/chromium";
/** Flags for a machine of CI, which has no screen and no sandbox; they also stop calls home. */
const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** A real browser without a window. */
export async function startBrowser(): Promise<Browser> {
  if (!existsSync(CHROMIUM)) {
    throw new Error(`${CHROMIUM} is not there; install Debian's package chromium`);
  }
  return chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
}
