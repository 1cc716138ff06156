import { existsSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { actingRoutes, functionEntries, gatewayProblems, routes } from "../../lib/routes.ts";
import type { TableResource } from "../../local/stack.ts";
import { loadStack } from "../../local/template.ts";
import { fixtureEntries, ofType, synthesised, testSettings } from "./synthesised.ts";

const role = "arn:aws:iam::111122223333:role/chat-backend";
const allowedOrigins = ["https://app.test", "https://other.test"];
const deployed = synthesised({
  ...testSettings,
  allowedOrigins,
  actingRoles: [{ role, users: ["*"], may: ["use"] }],
  waf: "on",
});
const local = loadStack(deployed.directory);

describe("the local system runs what the template deploys", () => {
  test("every table, KMS key, role, function and URL of it, and the functions of the route table", () => {
    const count = (type: string) => ofType(deployed, type).length;
    expect(local.tables).toHaveLength(count("AWS::DynamoDB::Table"));
    expect(local.kmsKeys).toHaveLength(count("AWS::KMS::Key"));
    expect(local.roles).toHaveLength(count("AWS::IAM::Role"));
    expect(local.functions).toHaveLength(count("AWS::Lambda::Function"));
    expect(local.functions.filter(({ url }) => url)).toHaveLength(count("AWS::Lambda::Url"));
    const ofAudit = ["audit-recorder", "audit-redrive", "reconcile"];
    expect(local.functions.map(({ name }) => name).toSorted()).toEqual(
      [...Object.keys(functionEntries), ...ofAudit].toSorted(),
    );
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
    const loaded = [
      ...local.roles.flatMap(({ statements, trust }) => [...statements, ...trust]),
      ...local.kmsKeys.flatMap(({ policy }) => policy),
      ...(local.buckets ?? []).flatMap(({ policy }) => policy),
    ];
    // Messages of topics are not emulated.
    const ofTopics = JSON.stringify(ofType(deployed, "AWS::SNS::TopicPolicy")).match(/"Effect"/g) ?? [];
    expect(loaded).toHaveLength(written.length - ofTopics.length);
  });

  test("with the KMS key's alias and yearly rotation, the table's protection, and every output", () => {
    expect(local.kmsKeys.flatMap(({ aliases }) => aliases)).toHaveLength(
      ofType(deployed, "AWS::KMS::Alias").length,
    );
    expect(local.kmsKeys[0]).toMatchObject({ rotationPeriodDays: 365 });
    const isOfKeys = ({ keySchema }: TableResource) => keySchema.some((one) => one.AttributeName === "slot");
    expect(local.tables.find(isOfKeys)).toMatchObject({
      deletionProtection: true,
      pointInTimeRecovery: true,
    });
    expect(local.outputs).toMatchObject({
      ProviderKeysTable: local.tables.find(isOfKeys)?.tableName,
      EncryptionKeyArn: local.kmsKeys[0]?.arn,
      ApiUrl: expect.stringMatching(/^https:\/\/.+\.amazonaws\.com\/.+/) as string,
    });
  });

  test("a URL for each function of back ends, which streams where its route does, for the roles that may", () => {
    const urls = Object.fromEntries(local.functions.flatMap(({ name, url }) => (url ? [[name, url]] : [])));
    expect(Object.keys(urls)).toEqual(actingRoutes.map((route) => route.function));
    for (const route of actingRoutes) {
      expect(urls[route.function]?.invokeMode).toBe("streams" in route ? "RESPONSE_STREAM" : "BUFFERED");
    }
    const allowed = (name: string) =>
      urls[name]?.policy.map(({ principals, actions }) => [...(principals ?? []), ...actions]);
    expect(allowed("acting-proxy")).toEqual([
      [role, "lambda:InvokeFunctionUrl"],
      [role, "lambda:InvokeFunction"],
    ]);
    expect(allowed("delete-owner")).toEqual([]);
  });

  test("the gateway's own answers: a preflight on every path, for every origin, and CORS on each error", () => {
    const { preflights = {}, answerHeaders = {} } = local.gateway ?? {};
    expect(Object.keys(preflights).toSorted()).toEqual(
      [...new Set(routes.map((route) => route.path))].toSorted(),
    );
    for (const { headers, origins } of Object.values(preflights)) {
      expect([headers["access-control-allow-origin"], ...origins]).toEqual(allowedOrigins);
    }
    expect(Object.keys(answerHeaders).toSorted()).toEqual(Object.keys(gatewayProblems).toSorted());
    for (const headers of Object.values(answerHeaders)) {
      expect(headers).toHaveProperty("access-control-allow-origin");
    }
  });
});
