import { existsSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { functionEntries } from "../../lib/routes.ts";
import { loadStack } from "../../local/template.ts";
import { actingSettings, fixtureEntries, ofType, synthesised } from "./synthesised.ts";

const deployed = synthesised(actingSettings);
const local = loadStack(deployed.directory);

describe("the local system runs what the template deploys", () => {
  test("every table, KMS key, role and function of it, and the functions of the route table", () => {
    const count = (type: string) => ofType(deployed, type).length;
    expect(local.tables).toHaveLength(count("AWS::DynamoDB::Table"));
    expect(local.kmsKeys).toHaveLength(count("AWS::KMS::Key"));
    expect(local.roles).toHaveLength(count("AWS::IAM::Role"));
    expect(local.functions).toHaveLength(count("AWS::Lambda::Function"));
    expect(local.functions.map(({ name }) => name)).toEqual(Object.keys(functionEntries));
  });

  test("each function under a role that the stack has, from a bundle that is there", () => {
    for (const { name, roleArn, codeDirectory, handler } of local.functions) {
      expect(local.roles.map(({ arn }) => arn)).toContain(roleArn);
      const { name: file } = path.parse(fixtureEntries[name as keyof typeof fixtureEntries]);
      expect(handler).toBe(`${file}.handler`);
      expect(existsSync(path.join(codeDirectory, `${file}.mjs`))).toBe(true);
    }
  });

  test("with every statement that the template's policies have", () => {
    const written = JSON.stringify(deployed.resources).match(/"Effect":"(Allow|Deny)"/g) ?? [];
    const trustPolicies = local.roles.length;
    const loaded = [
      ...local.roles.flatMap(({ statements }) => statements),
      ...local.kmsKeys.flatMap(({ policy }) => policy),
    ];
    expect(loaded).toHaveLength(written.length - trustPolicies);
  });
});
