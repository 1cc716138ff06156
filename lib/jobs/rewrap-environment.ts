import { WaxsealError } from "../errors.ts";

/** What the rewrapping function knows of its deployment. */
export interface RewrapEnvironment {
  readonly stage: string;
  /** Name of the `ProviderKeys` table. */
  readonly table: string;
  /** Name of the `Jobs` table. */
  readonly jobsTable: string;
  /** ARN of the KMS key that wraps from now on. */
  readonly encryptionKeyId: string;
  /** Calls of KMS a second that all segments together may make. */
  readonly kmsRate: number;
  /** How the function invokes itself: `waxseal-dev-rewrap:live`. */
  readonly self: string;
  /** For tests: a smaller number of operations after which a worker hands over. */
  readonly operations: number | undefined;
}

/** The alias under which the function is invoked, by its schedule, by operators and by itself. */
export const rewrapAlias = "live";

/** @throws {WaxsealError} `INVALID_SETTINGS` if one is missing or not of its form. */
export function rewrapEnvironment(environment: Readonly<NodeJS.ProcessEnv>): RewrapEnvironment {
  const text = (name: string, form: RegExp): string => {
    const value = environment[name] ?? "";
    return form.test(value) ? value : invalid();
  };
  const operations = environment["WAXSEAL_OPERATIONS"];
  return {
    stage: text("WAXSEAL_STAGE", /^[a-z][a-z0-9-]{0,15}$/),
    table: text("WAXSEAL_TABLE", tableName),
    jobsTable: text("WAXSEAL_JOBS_TABLE", tableName),
    encryptionKeyId: text(
      "WAXSEAL_ENCRYPTION_KEY",
      /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[\w-]{1,64}$/,
    ),
    kmsRate: Number(text("WAXSEAL_KMS_RATE", /^[1-9]\d{0,6}(\.\d{1,2})?$/)),
    self: `${text("AWS_LAMBDA_FUNCTION_NAME", /^[\w-]{1,64}$/)}:${rewrapAlias}`,
    operations: operations === undefined ? undefined : Number(text("WAXSEAL_OPERATIONS", /^[1-9]\d{0,2}$/)),
  };
}

/** DynamoDB, "Naming rules". */
const tableName = /^[\w.-]{3,255}$/;

function invalid(): never {
  throw new WaxsealError("INVALID_SETTINGS");
}
