/** A hand-written assembly, small enough to see what each part of the loaded stack comes from. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { onTestFinished } from "vitest";

export type Resources = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

const document = (...statements: unknown[]) => ({ Version: "2012-10-17", Statement: statements });

export const resources = {
  Table: {
    Type: "AWS::DynamoDB::Table",
    DeletionPolicy: "Retain",
    Properties: {
      KeySchema: [{ AttributeName: "ownerId", KeyType: "HASH" }],
      AttributeDefinitions: [{ AttributeName: "ownerId", AttributeType: "S" }],
      BillingMode: "PAY_PER_REQUEST",
    },
  },
  Key: {
    Type: "AWS::KMS::Key",
    Properties: {
      KeyPolicy: document({
        Effect: "Allow",
        Principal: { AWS: { "Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root" } },
        Action: "kms:Decrypt",
        Resource: "*",
        Condition: { ArnEquals: { "aws:PrincipalArn": [{ "Fn::GetAtt": ["Role", "Arn"] }] } },
      }),
    },
  },
  Logs: { Type: "AWS::Logs::LogGroup", Properties: { RetentionInDays: 1 } },
  Role: {
    Type: "AWS::IAM::Role",
    Properties: {
      AssumeRolePolicyDocument: document({
        Effect: "Allow",
        Principal: { Service: "lambda.amazonaws.com" },
        Action: "sts:AssumeRole",
      }),
      Policies: [
        {
          PolicyName: "Inline",
          PolicyDocument: document({
            Effect: "Allow",
            Action: "logs:PutLogEvents",
            Resource: { "Fn::GetAtt": ["Logs", "Arn"] },
          }),
        },
      ],
    },
  },
  Policy: {
    Type: "AWS::IAM::Policy",
    Properties: {
      PolicyName: "Attached",
      PolicyDocument: document({
        Effect: "Allow",
        Action: "dynamodb:Query",
        Resource: { "Fn::GetAtt": ["Table", "Arn"] },
      }),
      Roles: [{ Ref: "Role" }],
    },
  },
  Function: {
    Type: "AWS::Lambda::Function",
    DependsOn: ["Policy"],
    Metadata: { "aws:asset:path": "asset.abc", "aws:asset:property": "Code" },
    Properties: {
      Architectures: ["arm64"],
      Code: { S3Bucket: "bucket", S3Key: "abc.zip" },
      Environment: {
        Variables: { WAXSEAL_TABLE: { Ref: "Table" }, KEY_ARN: { "Fn::GetAtt": ["Key", "Arn"] } },
      },
      FunctionName: "waxseal-dev-provider-proxy",
      Handler: "provider-proxy.handler",
      LoggingConfig: { LogGroup: { Ref: "Logs" } },
      MemorySize: 512,
      Role: { "Fn::GetAtt": ["Role", "Arn"] },
      Runtime: "nodejs24.x",
      Timeout: 310,
    },
  },
} satisfies Resources;

export const stackArtifact = {
  type: "aws:cloudformation:stack",
  properties: { templateFile: "Waxseal-dev.template.json" },
};

/** Writes an assembly into a folder that is gone after the test; returns the folder. */
export function assembly(
  written: Resources = resources,
  artifacts: Readonly<Record<string, unknown>> = { "Waxseal-dev": stackArtifact, Tree: { type: "cdk:tree" } },
  outputs: Readonly<Record<string, unknown>> = {},
): string {
  const folder = mkdtempSync(path.join(tmpdir(), "waxseal-assembly-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(path.join(folder, "manifest.json"), JSON.stringify({ artifacts }));
  writeFileSync(
    path.join(folder, "Waxseal-dev.template.json"),
    JSON.stringify({ Resources: written, Outputs: outputs }),
  );
  return folder;
}
