import { createReadStream } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import { trailFileName } from "./trail-names.ts";
import type { ListedFile, TrailSource } from "./trail-source.ts";

/**
 * A copy of the trail's bucket on this machine, as `aws s3 sync` makes it. A copy has no metadata of objects: a
 * digest's signature is then that which the next digest repeats, or lies beside it in a file `<name>.signature`.
 *
 * @param place - only files of this account and region.
 */
export function trailFolder(
  folder: string,
  place: { readonly account: string; readonly region: string },
): TrailSource {
  return {
    name: folder,
    async *list(kind, from, to) {
      const found: ListedFile[] = [];
      for (const name of await readdir(folder, { recursive: true })) {
        const file = trailFileName(name.split(path.sep).join("/"));
        if (file?.kind !== kind || file.account !== place.account || file.region !== place.region) continue;
        if (file.at < from || file.at > to) continue;
        // Within the minute of its name.
        found.push({ ...file, modifiedAt: Date.parse(file.at) + 60_000 });
      }
      yield* found.toSorted((one, other) => (one.at === other.at ? 0 : one.at < other.at ? -1 : 1));
    },
    async open(name) {
      const file = path.join(folder, name);
      const isThere = await stat(file).then(
        (found) => found.isFile(),
        () => false,
      );
      if (!isThere) return undefined;
      const signature = await readFile(`${file}.signature`, "utf8").catch(() => undefined);
      return {
        body: createReadStream(file),
        ...(signature !== undefined && { signature: signature.trim() }),
      };
    },
  };
}
