import type { WriteStream } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { once } from "node:events";
import { finished } from "node:stream/promises";
import { openReport, reportNotWritten } from "../jobs/report.ts";
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
    const file = await openReport(path, { option: "--report", source });
    return new ReportFile(streamOf(file), withEmpty);
  }

  async add(results: readonly ValueResult[]): Promise<void> {
    const told = results.filter(({ outcome }) => this.#withEmpty || outcome !== "empty");
    const text = told.map((result) => `${JSON.stringify(result)}\n`).join("");
    if (this.#stream.errored) throw reportNotWritten(this.#stream.errored, "--report");
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

function cannotGoOn(error: unknown): never {
  throw reportNotWritten(error, "--report");
}
