import { ListPublicKeysCommand, type CloudTrailClient } from "@aws-sdk/client-cloudtrail";
import { failureName } from "../../aws-failure.ts";
import { OperatorError } from "../../jobs/operator-error.ts";
import type { CompletenessOptions } from "../../witness/completeness-of.ts";
import type { TrailPublicKey } from "../../witness/digest.ts";
import { trailBucket } from "../../witness/trail-bucket.ts";
import { trailFolder } from "../../witness/trail-folder.ts";
import type { TrailSource } from "../../witness/trail-source.ts";
import type { AwsClients } from "../aws.ts";
import type { Deployment } from "../deployment.ts";

/** By what the deployment's calls of KMS are judged. */
export function rulesOf({ stage, encryptionKeys, admitted, roles, longestInvocationSeconds }: Deployment) {
  const ofJobs = [roles.reseal, roles.importVerify, roles.export].filter((role) => role !== undefined);
  const rules: CompletenessOptions["rules"] = {
    ...{ stage, longestInvocationSeconds, roles: admitted, jobRoles: ofJobs },
    kmsKeys: [...encryptionKeys.values()],
  };
  return rules;
}

/** The account and region of a KMS key, whose calls are looked for. */
export function placeOf(kmsKeyArn: string): { readonly account: string; readonly region: string } {
  const [, , , region = "", account = ""] = kmsKeyArn.split(":");
  return { account, region };
}

/**
 * Where the trail's files are.
 *
 * @param said - `s3://bucket/prefix` or a folder, instead of what the deployment says.
 * @returns undefined where the deployment has no trail, and nothing was said.
 */
export function trailOf(
  { audit, writeEncryptionKeyId }: Deployment,
  { s3 }: AwsClients,
  said?: string,
): TrailSource | undefined {
  const place = placeOf(writeEncryptionKeyId);
  const [, bucket, prefix = ""] = /^s3:\/\/([a-z0-9.-]{3,63})(?:\/(.*?))?\/?$/.exec(said ?? "") ?? [];
  if (bucket !== undefined) return trailBucket({ s3, bucket, place: { ...place, prefix } });
  if (said?.startsWith("s3:"))
    throw new OperatorError("USAGE", "--trail takes a folder, or s3://bucket/prefix");
  if (said !== undefined) return trailFolder(said, place);
  if (audit.trailBucket === undefined) return undefined;
  return trailBucket({ s3, bucket: audit.trailBucket, place: { ...place, prefix: audit.trailPrefix } });
}

/** CloudTrail's public keys of a time. A pair that was begun with earlier may still sign, so a day more is asked for. */
export function publicKeysBy(
  cloudTrail: CloudTrailClient,
): (from: string, to: string) => Promise<readonly TrailPublicKey[]> {
  return async (from, to) => {
    const publicKeys: TrailPublicKey[] = [];
    let token: string | undefined;
    do {
      const command: ListPublicKeysCommand = new ListPublicKeysCommand({
        StartTime: new Date(Date.parse(from) - 86_400_000),
        EndTime: new Date(to),
        ...(token !== undefined && { NextToken: token }),
      });
      const answer = await cloudTrail.send(command).catch((error: unknown) => {
        throw new OperatorError(
          "AWS_UNAVAILABLE",
          `CloudTrail does not list its public keys: ${failureName(error)}`,
        );
      });
      for (const { Fingerprint: fingerprint, Value: value } of answer.PublicKeyList ?? [])
        if (fingerprint !== undefined && value) publicKeys.push({ fingerprint, value });
      token = answer.NextToken;
    } while (token !== undefined);
    return publicKeys;
  };
}
