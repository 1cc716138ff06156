import { constants, type WriteStream } from "node:fs";
import { open, stat, type FileHandle } from "node:fs/promises";
import { once } from "node:events";
import { finished } from "node:stream/promises";
import { awsErrorName } from "../aws-failure.ts";
import { OperatorError } from "../jobs/operator-error.ts";
import type { ValueResult } from "./counts.ts";

/**
 * What became of each value, as JSON Lines, written as it goes: user ids are in it, so that only its owner reads it;
 * no value is.
 */
export class ReportFile {
  readonly #stream: WriteStream;
  readonly #withEmpty: boolean;

  private constructor(stream: WriteStream, withEmpty: boolean) {
    this.#stream = stream;
    this.#withEmpty = withEmpty;
  }

  /**
   * Replaces what the file held.
   *
   * @param withEmpty - one line for each empty value too.
   * @throws {OperatorError} `USAGE` where it cannot be written, or is the file that is read.
   */
  static async create(path: string, withEmpty: boolean, source: string): Promise<ReportFile> {
    if (await isSameFile(path, source))
      throw new OperatorError("USAGE", "--report would replace the file that is imported");
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW;
    const file = await open(path, flags, 0o600).catch((error: unknown) => {
      throw cannotWrite(error);
    });
    // Also of a file that was there before.
    await file.chmod(0o600).catch((error: unknown) => {
      throw cannotWrite(error);
    });
    return new ReportFile(streamOf(file), withEmpty);
  }

  async add(results: readonly ValueResult[]): Promise<void> {
    const told = results.filter(({ outcome }) => this.#withEmpty || outcome !== "empty");
    const text = told.map((result) => `${JSON.stringify(result)}\n`).join("");
    if (this.#stream.errored) throw cannotWrite(this.#stream.errored);
    if (text !== "" && !this.#stream.write(text)) await once(this.#stream, "drain").catch(cannotGoOn);
  }

  async close(): Promise<void> {
    this.#stream.end();
    await finished(this.#stream).catch(cannotGoOn);
  }
}

function streamOf(file: FileHandle): WriteStream {
  const stream = file.createWriteStream({ encoding: "utf8" });
  // It is asked about at the next line.
  stream.on("error", () => undefined);
  return stream;
}

async function isSameFile(one: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.all([one, other].map((path) => stat(path).catch(() => undefined)));
  return a !== undefined && b !== undefined && a.ino === b.ino && a.dev === b.dev;
}

function cannotGoOn(error: unknown): never {
  throw cannotWrite(error);
}

function cannotWrite(error: unknown): OperatorError {
  const code = (error as { code?: unknown } | undefined)?.code;
  const why = typeof code === "string" ? code : awsErrorName(error);
  return new OperatorError("USAGE", `The file of --report cannot be written: ${why}`);
}
