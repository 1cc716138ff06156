import { App } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { chat, closeAccount } from "../../docs/examples/oidc-role/chat.ts";
import { BackEndRole } from "../../docs/examples/oidc-role/role.ts";
import { localBackEndRole } from "../../local/settings.ts";
import type { LocalSystem } from "../../local/system.ts";
import { canaryKey } from "../support/keys.ts";
import { Person, startForTest } from "../support/local-system.ts";

/** `docs/examples/oidc-role`: the role synthesised, the code run as a back end would. */
let system: LocalSystem;

beforeAll(async () => {
  system = await startForTest();
});
afterAll(() => system.close());

test("the role trusts one back end's token and has no permission of its own", () => {
  const stack = new BackEndRole(new App({ analyticsReporting: false }), "Example", {
    issuer: "oidc.platform.example/team",
    audience: "https://platform.example/team",
    subject: "project:chat:environment:production",
  });
  const template = Template.fromStack(stack);
  template.hasResourceProperties("AWS::IAM::Role", {
    RoleName: "chat-backend",
    AssumeRolePolicyDocument: {
      Statement: [
        {
          Action: "sts:AssumeRoleWithWebIdentity",
          Effect: "Allow",
          Condition: {
            StringEquals: {
              "oidc.platform.example/team:aud": "https://platform.example/team",
              "oidc.platform.example/team:sub": "project:chat:environment:production",
            },
          },
        },
      ],
    },
  });
  const roles = Object.values(template.findResources("AWS::IAM::Role"));
  const ours = roles.filter(
    ({ Properties }) => (Properties as { RoleName?: string }).RoleName === "chat-backend",
  );
  expect(ours).toHaveLength(1);
  expect(ours[0]?.["Properties"]).not.toHaveProperty("Policies");
  expect(ours[0]?.["Properties"]).not.toHaveProperty("ManagedPolicyArns");
});

test("the code chats for a user and closes their account", async () => {
  const person = await Person.named(system, "ada");
  await person.save(canaryKey());
  vi.stubEnv("AWS_ACCESS_KEY_ID", system.accessKeyIdOfRole(localBackEndRole));
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "local");
  vi.stubEnv("AWS_REGION", "us-east-1");
  vi.stubEnv("ACTING_PROXY_URL", system.actingProxy);
  vi.stubEnv("DELETE_OWNER_URL", system.deleteOwner);
  expect(await chat("ada", "What is it?")).toBe("Sealed, used, accounted for.");
  expect(await closeAccount("ada")).toBe(1);
  await expect(chat("ada", "And now?")).rejects.toMatchObject({ status: 404 });
});
