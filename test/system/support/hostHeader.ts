import { get } from "node:http";

/** Asks with a Host header of one's own, which `fetch` does not allow, and returns the status. */
export async function statusByName(url: string, host: string): Promise<number | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  get(url, { headers: { host } }, (response) => {
    response.resume();
    resolve(response.statusCode);
  }).on("error", reject);
  return promise;
}
