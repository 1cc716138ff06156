import { constants } from "node:fs";
import { open, stat, type FileHandle } from "node:fs/promises";
import { awsErrorName } from "../aws-failure.ts";
import { OperatorError } from "./operator-error.ts";

export interface ReportFlags {
  /** The option that names it: messages say it. */
  readonly option: "--report" | "--failures";
  /** What is read meanwhile, which it must not be: by another name or a link neither. */
  readonly source?: string;
  /** Adds to what it holds. Else that is replaced. */
  readonly append?: boolean;
}

/**
 * Opens the file of a report, which its owner alone may read; never through a link.
 *
 * @throws {OperatorError} `USAGE` where it cannot be written, or is the source.
 */
export async function openReport(path: string, flags: ReportFlags): Promise<FileHandle> {
  const { option, source, append = false } = flags;
  if (source !== undefined && (await isSameFile(path, source)))
    throw new OperatorError("USAGE", `${option} would replace the file that is read`);
  const { O_WRONLY, O_CREAT, O_TRUNC, O_APPEND, O_NOFOLLOW } = constants;
  try {
    const file = await open(path, O_WRONLY | O_CREAT | O_NOFOLLOW | (append ? O_APPEND : O_TRUNC), 0o600);
    await makePrivate(file);
    return file;
  } catch (error) {
    throw reportNotWritten(error, option);
  }
}

export function reportNotWritten(error: unknown, option: ReportFlags["option"]): OperatorError {
  const code = (error as { code?: unknown } | undefined)?.code;
  const why = typeof code === "string" ? code : awsErrorName(error);
  return new OperatorError("USAGE", `The file of ${option} cannot be written: ${why}`);
}

/** Also one that was there before; but a device or a pipe is everybody's, and stays so. */
async function makePrivate(file: FileHandle): Promise<void> {
  if ((await file.stat()).isFile()) await file.chmod(0o600);
}

async function isSameFile(one: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.all([one, other].map((path) => stat(path).catch(() => undefined)));
  return a !== undefined && b !== undefined && a.ino === b.ino && a.dev === b.dev;
}
