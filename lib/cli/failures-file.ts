import { closeSync, openSync, writeSync } from "node:fs";
import { messageOf, errorCodes } from "../errors.ts";
import type { Failure, Job } from "../jobs/job.ts";
import { OperatorError } from "../jobs/operator-error.ts";

export interface FailuresFile {
  add(failures: readonly Failure[]): void;
  close(): void;
}

/**
 * JSON Lines, one for each record that was left as it was: `{ jobId, ownerId, slot, reason, message }`. A job that
 * goes on adds to its file.
 *
 * @throws {OperatorError} `USAGE` where it cannot be written.
 */
export function failuresFile(path: string | undefined, { jobId, segments }: Job): FailuresFile {
  if (path === undefined) return { add: () => undefined, close: () => undefined };
  const isNew = segments.every(({ page }) => page === 0);
  const file = opened(path, isNew ? "w" : "a");
  return {
    add(failures) {
      const lines = failures.map((failure) => {
        const message = meaningOf(failure.reason);
        return `${JSON.stringify({ jobId, ...failure, ...(message && { message }) })}\n`;
      });
      writeSync(file, lines.join(""));
    },
    close: () => closeSync(file),
  };
}

function opened(path: string, flags: string): number {
  try {
    return openSync(path, flags, 0o600);
  } catch {
    throw new OperatorError("USAGE", `${path} cannot be written`);
  }
}

function meaningOf(reason: string): string | undefined {
  if (reason === "RECORD_MALFORMED") return "The record does not have the form of one";
  const code = errorCodes.find((known) => known === reason);
  return code && messageOf(code);
}
