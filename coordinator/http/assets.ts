import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { extname, join } from "node:path";

import { packageRoot } from "../../shared/wire/packageRoot.ts";

/** A file of the page, as it is sent. */
export interface Asset {
  readonly type: string;
  readonly etag: string;
  readonly body: Buffer;
}

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
};

/** Where `npm run build` puts the page and what it shares with others, by where it is served. */
const FOLDERS = {
  "/": "dist/client/page",
  // The page's modules ask for `../../shared/text/…`, which a browser takes for this.
  "/shared/text/": "dist/shared/text",
  "/shared/studies/": "dist/shared/studies",
  "/shared/training/": "dist/shared/training",
} as const;
/** Addresses of the page. One document serves them all; its script finds out which view to show. */
const DOCUMENT = /^\/($|fleet$|(runs|sweeps)\/[a-z0-9-]{1,64}$)/;

/** The files of the page, all of them in memory, by the paths under which they are served. */
export class Assets {
  readonly #files: ReadonlyMap<string, Asset>;

  private constructor(files: ReadonlyMap<string, Asset>) {
    this.#files = files;
  }

  /** @throws Error if the page is not built. */
  static async load(): Promise<Assets> {
    const folders = Object.entries(FOLDERS).map(([place, folder]) =>
      loadFolder(place, join(packageRoot(), folder)),
    );
    return new Assets(new Map((await Promise.all(folders)).flat()));
  }

  /** The file at a path; undefined if there is none. */
  at(path: string): Asset | undefined {
    return this.#files.get(DOCUMENT.test(path) ? "/index.html" : path);
  }
}

/** @throws Error if the folder is not there */
async function loadFolder(place: string, folder: string): Promise<[string, Asset][]> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw new Error(`the page is not in ${folder}; run 'npm run build'`, { cause: error });
  });
  const served = names.filter((name) => TYPES[extname(name)] !== undefined);
  return Promise.all(
    served.map(async (name): Promise<[string, Asset]> => {
      const body = await readFile(join(folder, name));
      const etag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`;
      return [place + name, { type: TYPES[extname(name)] ?? "", etag, body }];
    }),
  );
}
