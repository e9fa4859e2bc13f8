import { get } from "node:http";

/** The status of the answer to who asks by that name, which `fetch` would not let us choose. */
export async function statusByName(url: string, host: string): Promise<number | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  get(url, { headers: { host } }, (response) => {
    response.resume();
    resolve(response.statusCode);
  }).on("error", reject);
  return promise;
}
