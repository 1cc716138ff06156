/** Tests of a contract suite, which also run against other implementations ("judges"). */
import { expect, test } from "vitest";
import { knownDifferences, type Judge, type Suite } from "./judges/known-differences.ts";

/** The judge that this run is against; undefined for our own implementation. */
const judge = process.env["WAXSEAL_CONTRACT_JUDGE"] as Judge | undefined;

export interface Guarantees {
  /** A test by AWS's documentation; must fail where the judge is known to differ from it. */
  readonly guarantee: (name: string, body: () => Promise<void>) => void;
  /** To be called last: fails where a known difference names no test. */
  readonly everyDifferenceIsTested: () => void;
}

export function guaranteesOf(suite: Suite): Guarantees {
  const differences = judge ? knownDifferences[judge][suite] : {};
  const names = new Set<string>();
  return {
    guarantee(name, body) {
      names.add(name);
      const difference = differences[name];
      if (difference === undefined) test(name, body);
      else test.fails(`${name} (known difference of ${String(judge)}: ${difference})`, body);
    },
    everyDifferenceIsTested() {
      test("every known difference names a test", () => {
        expect(Object.keys(differences).filter((name) => !names.has(name))).toEqual([]);
      });
    },
  };
}

/** The error's name, or `succeeded`. */
export async function nameOfError(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => "succeeded",
    (error: unknown) => (error instanceof Error ? error.name : "not an Error"),
  );
}

export async function expectError(call: Promise<unknown>, name: string): Promise<void> {
  expect(await nameOfError(call)).toBe(name);
}

/** Any credentials: of ours, the administrator's. */
export function clientSettings(url: string, accessKeyId = "AKIAADMINISTRATOR") {
  const credentials = { accessKeyId, secretAccessKey: "not-verified" };
  return { endpoint: url, region: "us-east-1", credentials, maxAttempts: 1 };
}
