import { failureName } from "../../aws-failure.ts";
import { isWaxsealError } from "../../errors.ts";
import { OperatorError } from "../../jobs/operator-error.ts";

/** What was looked at, what was found, and what to do about it. */
export interface Check {
  /** Stable, as `kms-key-policy`. */
  readonly name: string;
  /** `unknown`: it could not be looked at. */
  readonly state: "ok" | "advice" | "wrong" | "unknown";
  readonly found: string;
  readonly advice?: string;
}

export function ok(name: string, found: string): Check {
  return { name, state: "ok", found };
}

export function advise(name: string, found: string, advice: string): Check {
  return { name, state: "advice", found, advice };
}

export function wrong(name: string, found: string, advice: string): Check {
  return { name, state: "wrong", found, advice };
}

/** `wrong` unless it holds. */
export function expectThat(holds: boolean, name: string, found: string, advice: string): Check {
  return holds ? ok(name, found) : wrong(name, found, advice);
}

/** A group of checks that ask AWS together: where that fails, they are one that could not be looked at. */
export async function checked(name: string, look: () => Promise<Check[]>): Promise<Check[]> {
  try {
    return await look();
  } catch (error) {
    const found = foundOf(error);
    return [{ name, state: "unknown", found, advice: "give the operator the permission to look at it" }];
  }
}

/** The code of an error of ours, or the name of AWS's. */
function foundOf(error: unknown): string {
  if (isWaxsealError(error) || error instanceof OperatorError) return error.code;
  return failureName(error);
}
