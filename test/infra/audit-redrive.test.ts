/** Who gets at what the recorder had to put aside; each guarantee is seen to fail where the template breaks it. */
import { expect, test } from "vitest";
import { drop, give, named, type Guarantee, type Statement, type Template } from "./grants.ts";
import { jobsSettings, synthesised, type Resource } from "./synthesised.ts";

const stack = synthesised({ ...jobsSettings, jobs: ["reseal", "import", "export", "audit-erase"] });

const log = "<AuditTablesLog.Arn>";
const failures = "<AuditRecorderFailures.Arn>";
const recorder = "AuditRecorderFunctionRole";
const redrive = "AuditRedriveFunctionRole";

/** The statements of the resource policy that a bucket has. */
const bucketPolicy = (template: Template, bucket: string) =>
  Object.values(template.resources)
    .filter(
      ({ Type, Properties }) => Type === "AWS::S3::BucketPolicy" && Properties["Bucket"] === `<${bucket}>`,
    )
    .flatMap(({ Properties }) => (Properties["PolicyDocument"] as { Statement: Statement[] }).Statement)
    .filter(({ Condition }) => !Condition?.["Bool"]);

const denied = (Sid: string, Action: unknown, role: string) => ({
  ...{ Sid, Action, Effect: "Deny", Principal: { AWS: "*" }, Resource: `${failures}/*` },
  Condition: { ArnNotEquals: { "aws:PrincipalArn": `<${role}.Arn>` } },
});

const guarantees: Readonly<Record<string, Guarantee>> = {
  "what was put aside is read and removed by the function that redrives, put there by the recorder": {
    of: (template) => named(template, /^<AuditRecorderFailures\.Arn>/),
    is: [
      `${recorder} s3:ListBucket ${failures}`,
      `${recorder} s3:PutObject ${failures}/*`,
      `${redrive} s3:DeleteObject ${failures}/aws/lambda/*`,
      `${redrive} s3:GetObject ${failures}/aws/lambda/*`,
      `${redrive} s3:ListBucket ${failures}`,
    ].toSorted(),
    spoil: give("AuditRedriveRole", "s3:GetObject", `${failures}/*`),
  },
  "and the bucket refuses everybody else, administrators too": {
    of: (template) => bucketPolicy(template, "AuditRecorderFailures"),
    is: [
      denied("OnlyTheRecorder", ["s3:PutObject*", "s3:Replicate*"], recorder),
      denied("OnlyTheRedrive", ["s3:DeleteObject*", "s3:GetObject*"], redrive),
    ],
    spoil: drop("AWS::S3::BucketPolicy", "PolicyDocument", "OnlyTheRedrive"),
  },
  "the function that redrives writes no event, and its callers call it and nothing else": {
    of: (template) => [
      named(template, /./).filter((one) => one.startsWith(`${redrive} `) && !/ (logs|s3):/.test(one)),
      named(template, /./).filter((one) => one.startsWith("AuditRedriveRole ")),
    ],
    is: [
      [`${redrive} lambda:InvokeFunction <AuditRecorderFunction.Arn>`],
      ["AuditRedriveRole lambda:InvokeFunction <AuditRedriveFunction.Arn>"],
    ],
    spoil: give(redrive, "dynamodb:PutItem", log),
  },
  "nobody else of the stack may have the recorder record anything": {
    of: (template) => [
      named(template, /AuditRecorderFunction/, /^lambda:/),
      Object.values(template.resources)
        .filter(({ Type }) => Type === "AWS::Lambda::Permission")
        .filter(({ Properties }) => String(Properties["FunctionName"]).includes("AuditRecorder")),
    ],
    is: [[`${redrive} lambda:InvokeFunction <AuditRecorderFunction.Arn>`], []],
    spoil: give("AuditRedriveRole", "lambda:InvokeFunction", "<AuditRecorderFunction.Arn>"),
  },
};

test.each(Object.entries(guarantees))("%s", (_sentence, { of, is, spoil }) => {
  expect(of(stack)).toEqual(is);
  const resources = structuredClone(stack.resources) as Record<string, Resource>;
  spoil(resources);
  expect(of({ resources })).not.toEqual(is);
});
