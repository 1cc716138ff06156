import { writeSync } from "node:fs";
import { messageOf, errorCodes } from "../errors.ts";
import type { Failure, Job } from "../jobs/job.ts";
import { openReport, reportNotWritten } from "../jobs/report.ts";

export interface FailuresFile {
  /** @throws {OperatorError} `USAGE` where it cannot be written any more. */
  add(failures: readonly Failure[]): void;
  close(): Promise<void>;
}

/**
 * JSON Lines, one for each record that was left as it was: `{ jobId, ownerId, slot, reason, message }`. A job that
 * goes on adds to its file.
 *
 * @throws {OperatorError} `USAGE` where it cannot be written.
 */
export async function failuresFile(
  path: string | undefined,
  { jobId, segments }: Job,
): Promise<FailuresFile> {
  if (path === undefined) return { add: () => undefined, close: async () => undefined };
  const append = segments.some(({ page }) => page > 0);
  const file = await openReport(path, { option: "--failures", append });
  return {
    add(failures) {
      const lines = failures.map((failure) => {
        const message = meaningOf(failure.reason);
        return `${JSON.stringify({ jobId, ...failure, ...(message && { message }) })}\n`;
      });
      write(file.fd, lines.join(""));
    },
    close: () => file.close(),
  };
}

function write(file: number, text: string): void {
  try {
    writeSync(file, text);
  } catch (error) {
    throw reportNotWritten(error, "--failures");
  }
}

function meaningOf(reason: string): string | undefined {
  if (reason === "RECORD_MALFORMED") return "The record does not have the form of one";
  const code = errorCodes.find((known) => known === reason);
  return code && messageOf(code);
}
