import { expect, test } from "vitest";
import { assertOfStage } from "../../../lib/cli/retire.ts";
import type { Session } from "../../../lib/cli/session.ts";

const ours = "arn:aws:kms:us-east-1:111122223333:key/1";
const other = "arn:aws:kms:us-east-1:111122223333:key/2";

/** Of the stage `dev`, in an account where KMS says this of every other KMS key. */
function sessionWhere(Description: string): Session {
  const kms = { send: () => Promise.resolve({ KeyMetadata: { Arn: other, Description } }) };
  return {
    own: { kms },
    deployment: { stage: "dev", encryptionKeys: new Map([["1", ours]]) },
  } as unknown as Session;
}

test("a KMS key is retired by its own stage alone: no other stage knows which records need it", async () => {
  const foreign = sessionWhere("Waxseal (prod): wraps the data keys under which provider keys are sealed");
  await expect(assertOfStage(foreign, other)).rejects.toMatchObject({ code: "REFUSED" });
  await expect(assertOfStage(sessionWhere("Somebody's"), other)).rejects.toMatchObject({ code: "REFUSED" });
  await expect(assertOfStage(foreign, ours)).resolves.toBeUndefined();
  const left = sessionWhere("Waxseal (dev): wraps the data keys under which provider keys are sealed");
  await expect(assertOfStage(left, other)).resolves.toBeUndefined();
});
