import { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import { CloudTrailClient } from "@aws-sdk/client-cloudtrail";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { KMSClient, type KMSClientConfig } from "@aws-sdk/client-kms";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { S3Client } from "@aws-sdk/client-s3";
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { failureName } from "../aws-failure.ts";
import { anyNumbers } from "../audit/any-number.ts";
import { OperatorError } from "../jobs/operator-error.ts";

/** AWS as the ordinary environment of its SDKs says, with one thing added: a local endpoint needs no more than itself. */
export interface AwsEnvironment {
  readonly region?: string;
  readonly credentials?: NonNullable<KMSClientConfig["credentials"]>;
  /** Of S3: a local endpoint has no names for buckets. AWS's own has, and asks for them. */
  readonly forcePathStyle?: true;
}

/** Milliseconds. A job has time, but not for a connection that is dead. */
const timeouts = { connectionTimeout: 2000, requestTimeout: 10_000, throwOnRequestTimeout: true };
/** A function's answer is waited for. */
const functionTimeouts = { ...timeouts, requestTimeout: 200_000 };

/** The endpoint of `npm start`, or another on this machine: it believes any credentials. */
export function isLocalEndpoint(environment: NodeJS.ProcessEnv): boolean {
  const endpoint = environment["AWS_ENDPOINT_URL"] ?? "";
  return URL.canParse(endpoint) && ["127.0.0.1", "localhost", "[::1]"].includes(new URL(endpoint).hostname);
}

export function awsEnvironment(environment: NodeJS.ProcessEnv): AwsEnvironment {
  if (!isLocalEndpoint(environment)) return {};
  const hasRegion = environment["AWS_REGION"] ?? environment["AWS_DEFAULT_REGION"];
  const hasCredentials = environment["AWS_ACCESS_KEY_ID"] ?? environment["AWS_PROFILE"];
  return {
    forcePathStyle: true,
    ...(!hasRegion && { region: "us-east-1" }),
    ...(!hasCredentials && { credentials: { accessKeyId: "AKIAOPERATOR", secretAccessKey: "local" } }),
  };
}

/** The clients of an identity: the operator's own, or a role that the operator takes. */
export interface AwsClients {
  readonly dynamo: DynamoDBDocumentClient;
  /** One attempt a call: retries are counted and named by us. */
  readonly kms: KMSClient;
  readonly s3: S3Client;
  readonly cloudTrail: CloudTrailClient;
  readonly lambda: LambdaClient;
}

export function clientsOf(aws: AwsEnvironment): AwsClients {
  const config = { ...aws, maxAttempts: 1, requestHandler: timeouts };
  const dynamo = DynamoDBDocumentClient.from(new DynamoDBClient(config), anyNumbers);
  // Reads and writes of evidence may be sent again.
  const s3 = new S3Client({ ...aws, requestHandler: timeouts });
  const cloudTrail = new CloudTrailClient({ ...aws, requestHandler: timeouts });
  const lambda = new LambdaClient({ ...aws, requestHandler: functionTimeouts });
  return { dynamo, kms: new KMSClient(config), s3, cloudTrail, lambda };
}

export function cloudFormationOf(aws: AwsEnvironment): CloudFormationClient {
  return new CloudFormationClient({ ...aws, requestHandler: timeouts });
}

/** ARN of who calls. */
export async function callerArn(aws: AwsEnvironment): Promise<string> {
  const { Arn = "" } = await new STSClient(aws)
    .send(new GetCallerIdentityCommand({}))
    .catch((error: unknown) => {
      throw new OperatorError("AWS_UNAVAILABLE", `AWS does not say who calls: ${failureName(error)}`);
    });
  return Arn;
}

/**
 * The clients of a role, taken for this command and anew as its sessions end. Who works under it already stays so.
 *
 * @param caller - ARN of who calls.
 * @throws {OperatorError} `REFUSED` where the role cannot be taken; at once, not with the first record.
 */
export async function clientsUnder(
  aws: AwsEnvironment,
  roleArn: string,
  caller: string,
): Promise<AwsClients> {
  const roleName = roleArn.slice(roleArn.lastIndexOf("/") + 1);
  if (caller.includes(`:assumed-role/${roleName}/`)) return clientsOf(aws);
  const sts = new STSClient(aws);
  const credentials = async () => {
    const command = new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: sessionName(caller) });
    const { Credentials } = await sts.send(command);
    return {
      accessKeyId: Credentials?.AccessKeyId ?? "",
      secretAccessKey: Credentials?.SecretAccessKey ?? "",
      ...(Credentials?.SessionToken && { sessionToken: Credentials.SessionToken }),
      ...(Credentials?.Expiration && { expiration: Credentials.Expiration }),
    };
  };
  await credentials().catch((error: unknown) => {
    const why = failureName(error);
    throw new OperatorError("REFUSED", `The role ${roleArn} could not be taken (sts:AssumeRole): ${why}`);
  });
  return clientsOf({ ...aws, credentials });
}

/** CloudTrail then says who took the role, also in the record of each call (IAM: 2 to 64 of `\w+=,.@-`). */
function sessionName(caller: string): string {
  const name = caller.slice(caller.lastIndexOf("/") + 1).replaceAll(/[^\w+=,.@-]/g, "-");
  return `waxseal-${name}`.slice(0, 64);
}
