import { describe, expect, test } from "vitest";
import { isRoleArn, mayAct, roleSessionOf } from "../../../lib/acting/may-act.ts";
import type { ActingRole } from "../../../lib/settings.ts";

const account = "111122223333";
const chat: ActingRole = {
  role: `arn:aws:iam::${account}:role/services/chat`,
  users: ["user-1", "team-a:*"],
  may: ["use"],
};
const session = (roleName: string, accountId = account) => ({ accountId, roleName });

describe("the role behind a session's ARN", () => {
  test("is named without its path", () => {
    expect(roleSessionOf(`arn:aws:sts::${account}:assumed-role/chat/i-0abc`)).toEqual(session("chat"));
  });

  test.each([
    `arn:aws:iam::${account}:user/chat`,
    `arn:aws:iam::${account}:root`,
    `arn:aws:iam::${account}:role/chat`,
    `arn:aws:sts::${account}:federated-user/chat`,
    `arn:aws:sts::${account}:assumed-role/chat`,
    `arn:aws:sts::${account}:assumed-role/a/chat/session`,
    `x arn:aws:sts::${account}:assumed-role/chat/session`,
    `arn:aws:sts::${account}:assumed-role/chat/session\n`,
    "",
  ])("is none for %j", (arn) => {
    expect(roleSessionOf(arn)).toBeUndefined();
  });
});

describe("a role may act", () => {
  test.each(["user-1", "team-a:", "team-a:bob"])("for %j, whom its entry names", (userId) => {
    expect(mayAct([chat], session("chat"), userId, "use")).toBe(true);
  });

  test.each(["user-2", "user-11", "xuser-1", "team-b:bob", "team-a", ""])("not for %j", (userId) => {
    expect(mayAct([chat], session("chat"), userId, "use")).toBe(false);
  });

  test("only as its entry says, in its own account, under its own name", () => {
    expect(mayAct([chat], session("chat"), "user-1", "delete")).toBe(false);
    expect(mayAct([chat], session("chat", "444455556666"), "user-1", "use")).toBe(false);
    expect(mayAct([chat], session("chat2"), "user-1", "use")).toBe(false);
    expect(mayAct([chat], session("services"), "user-1", "use")).toBe(false);
    expect(mayAct([], session("chat"), "user-1", "use")).toBe(false);
  });
});

test("only a role's ARN can be listed", () => {
  expect(isRoleArn(chat.role)).toBe(true);
  for (const arn of [`arn:aws:iam::${account}:user/x`, `arn:aws:iam::${account}:role/`, "chat", "*"]) {
    expect(isRoleArn(arn)).toBe(false);
  }
});
