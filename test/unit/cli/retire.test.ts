import { DescribeKeyCommand } from "@aws-sdk/client-kms";
import { Command } from "commander";
import { afterEach, expect, test, vi } from "vitest";
import { addRetire } from "../../../lib/cli/commands/retire.ts";
import { assertOfStage } from "../../../lib/cli/retire.ts";
import { Session, type Cli } from "../../../lib/cli/session.ts";

const ours = "arn:aws:kms:us-east-1:111122223333:key/1";
const other = "arn:aws:kms:us-east-1:111122223333:key/2";
const ofProd = "Waxseal (prod): wraps the data keys under which provider keys are sealed";

afterEach(() => void vi.restoreAllMocks());

/** Of the stage `dev`, in an account where KMS says this of every other KMS key. */
function sessionWhere(Description: string, asked: object[] = []): Session {
  const send = (command: object) => {
    asked.push(command);
    return Promise.resolve({ KeyMetadata: { Arn: other, Description } });
  };
  return {
    own: { kms: { send } },
    deployment: { stage: "dev", encryptionKeys: new Map([["1", ours]]) },
  } as unknown as Session;
}

test("a KMS key is retired by its own stage alone: no other stage knows which records need it", async () => {
  const foreign = sessionWhere(ofProd);
  await expect(assertOfStage(foreign, other)).rejects.toMatchObject({ code: "REFUSED" });
  await expect(assertOfStage(sessionWhere("Somebody's"), other)).rejects.toMatchObject({ code: "REFUSED" });
  await expect(assertOfStage(foreign, ours)).resolves.toBeUndefined();
  const left = sessionWhere("Waxseal (dev): wraps the data keys under which provider keys are sealed");
  await expect(assertOfStage(left, other)).resolves.toBeUndefined();
});

test.each([[[]], [["--undo"]], [["--schedule-deletion"]]])(
  "another stage's KMS key is looked at, and nothing is done to it (%j)",
  async (flags) => {
    const asked: object[] = [];
    vi.spyOn(Session, "open").mockResolvedValue(sessionWhere(ofProd, asked));
    const program = new Command();
    addRetire(program, {} as Cli);
    const run = program.parseAsync(["retire", other, ...flags], { from: "user" });
    await expect(run).rejects.toMatchObject({ code: "REFUSED" });
    expect(asked.map((command) => command instanceof DescribeKeyCommand)).toEqual([true]);
  },
);
