import { createHash, randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { link, lstat, open, rename, unlink } from "node:fs/promises";
import { OperatorError } from "../jobs/operator-error.ts";

/** What was written. */
export interface WrittenFile {
  readonly bytes: number;
  /** Of the whole file, hexadecimal: as `sha256sum` has it. */
  readonly sha256: string;
}

export type Write = (text: string) => Promise<void>;

/**
 * Writes a file that its owner alone may read: under another name, and only when it is whole under its own. What is
 * there already stays, unless `force`.
 *
 * @throws {OperatorError} `REFUSED` where there is something; `USAGE` where it cannot be written; what `fill` throws,
 *   and then there is no file.
 */
export async function writePrivateFile(
  path: string,
  force: boolean,
  fill: (write: Write) => Promise<void>,
): Promise<WrittenFile> {
  await refuseWhatIsThere(path, force);
  const partial = `${path}.${randomBytes(6).toString("hex")}.partial`;
  // Never an existing one, nor through a link.
  const file = await open(partial, "wx", 0o600).catch(cannotWrite);
  const hash = createHash("sha256");
  let bytes = 0;
  // A second signal ends the process at once; what is half written stays nowhere.
  const remove = () => rmSync(partial, { force: true });
  process.once("exit", remove);
  try {
    await fill(async (text) => {
      const chunk = Buffer.from(text, "utf8");
      hash.update(chunk);
      bytes += chunk.byteLength;
      // Whole: `write` may write less.
      await file.writeFile(chunk);
    });
    await file.sync();
    await file.close();
    await (force ? rename(partial, path) : linkNew(partial, path));
  } catch (error) {
    await file.close().catch(() => undefined);
    await unlink(partial).catch(() => undefined);
    throw error;
  } finally {
    process.off("exit", remove);
  }
  return { bytes, sha256: hash.digest("hex") };
}

/** A device or a pipe is not overwritten either way. */
async function refuseWhatIsThere(path: string, force: boolean): Promise<void> {
  const there = await lstat(path).catch(() => undefined);
  if (!there) return;
  if (!force) throw new OperatorError("REFUSED", `There is a file ${path} already: --force replaces it`);
  if (!there.isFile()) throw new OperatorError("REFUSED", `${path} is no ordinary file`);
}

/** A new name for it, which fails if another was quicker: `rename` would replace. */
async function linkNew(partial: string, path: string): Promise<void> {
  await link(partial, path).catch(cannotWrite);
  await unlink(partial);
}

function cannotWrite(): never {
  throw new OperatorError("USAGE", "The file that --out names cannot be written");
}
