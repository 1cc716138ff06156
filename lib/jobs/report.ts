import { constants } from "node:fs";
import { open, stat, type FileHandle } from "node:fs/promises";
import { awsErrorName } from "../aws-failure.ts";
import { OperatorError } from "./operator-error.ts";

/**
 * Opens the file of a report, which its owner alone may read; what it held is replaced.
 *
 * @param source - what is read meanwhile, which it must not be: by another name or a link neither.
 * @throws {OperatorError} `USAGE` where it cannot be written, or is the source.
 */
export async function openReport(path: string, source: string): Promise<FileHandle> {
  if (await isSameFile(path, source))
    throw new OperatorError("USAGE", "--report would replace the file that is read");
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW;
  try {
    const file = await open(path, flags, 0o600);
    // Also of a file that was there before.
    await file.chmod(0o600);
    return file;
  } catch (error) {
    throw reportNotWritten(error);
  }
}

export function reportNotWritten(error: unknown): OperatorError {
  const code = (error as { code?: unknown } | undefined)?.code;
  const why = typeof code === "string" ? code : awsErrorName(error);
  return new OperatorError("USAGE", `The file of --report cannot be written: ${why}`);
}

async function isSameFile(one: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.all([one, other].map((path) => stat(path).catch(() => undefined)));
  return a !== undefined && b !== undefined && a.ino === b.ino && a.dev === b.dev;
}
