import { describe, expect, test } from "vitest";
import { rewrapEnvironment } from "../../../lib/jobs/rewrap-environment.ts";

const environment = {
  WAXSEAL_STAGE: "dev",
  WAXSEAL_TABLE: "Waxseal-dev-ProviderKeysTable-ABC",
  WAXSEAL_JOBS_TABLE: "Waxseal-dev-JobsTable-ABC",
  WAXSEAL_ENCRYPTION_KEY: "arn:aws:kms:eu-central-1:111122223333:key/49a5bc9a-37d0-8e19-8ad3-682eff1ea784",
  WAXSEAL_KMS_RATE: "1000",
  AWS_LAMBDA_FUNCTION_NAME: "waxseal-dev-rewrap",
};

describe("the rewrapping function's environment", () => {
  test("is read, and the function invokes itself under its alias", () => {
    expect(rewrapEnvironment(environment)).toEqual({
      stage: "dev",
      table: environment.WAXSEAL_TABLE,
      jobsTable: environment.WAXSEAL_JOBS_TABLE,
      encryptionKeyId: environment.WAXSEAL_ENCRYPTION_KEY,
      kmsRate: 1000,
      self: "waxseal-dev-rewrap:live",
      operations: undefined,
    });
    expect(rewrapEnvironment({ ...environment, WAXSEAL_KMS_RATE: "1.01" }).kmsRate).toBe(1.01);
    expect(rewrapEnvironment({ ...environment, WAXSEAL_OPERATIONS: "3" }).operations).toBe(3);
  });

  test.each<readonly [string, string, string | undefined]>([
    ...Object.keys(environment).map((name) => [`without ${name}`, name, undefined] as const),
    ["with an alias for the KMS key", "WAXSEAL_ENCRYPTION_KEY", "alias/CANARY"],
    ["with no rate", "WAXSEAL_KMS_RATE", "0"],
    ["with a rate that is none", "WAXSEAL_KMS_RATE", "CANARY"],
    ["with more operations than the worker's own bound", "WAXSEAL_OPERATIONS", "2501"],
  ])("%s is refused, and no value is quoted", (_what, name, value) => {
    const given = { ...environment, [name]: value };
    expect(() => rewrapEnvironment(given)).toThrow(
      expect.objectContaining({
        code: "INVALID_SETTINGS",
        message: "The deployment's settings are incomplete",
      }),
    );
  });
});
