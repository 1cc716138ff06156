import { DescribeKeyCommand, type KMSClient } from "@aws-sdk/client-kms";
import { censusAttributes } from "../attributes.ts";
import { awsErrorName } from "../aws-failure.ts";
import { takeCensus, type Census } from "../census/census.ts";
import { OperatorError } from "../jobs/operator-error.ts";
import { TableWalk } from "../provider-keys/walk.ts";
import type { CurrentWrapping } from "../rewrap/wrapping.ts";
import type { AwsClients } from "./aws.ts";
import type { Session } from "./session.ts";
import { table, type Terminal } from "./terminal.ts";

export const CENSUS_SEGMENTS = 4;

/**
 * Which KMS key and which of its key materials wrap new data keys now.
 *
 * @throws {OperatorError} `REFUSED` where that KMS key cannot be used.
 */
export async function currentWrapping(
  kms: Pick<KMSClient, "send">,
  encryptionKeyId: string,
): Promise<CurrentWrapping> {
  const { KeyMetadata } = await kms
    .send(new DescribeKeyCommand({ KeyId: encryptionKeyId }))
    .catch((error: unknown) => {
      throw new OperatorError("AWS_UNAVAILABLE", `KMS did not describe the key: ${awsErrorName(error)}`);
    });
  const keyMaterialId = KeyMetadata?.CurrentKeyMaterialId;
  if (KeyMetadata?.KeyState !== "Enabled" || keyMaterialId === undefined) {
    const state = KeyMetadata?.KeyState ?? "unknown";
    throw new OperatorError("REFUSED", `The KMS key ${encryptionKeyId} cannot wrap: it is ${state}`);
  }
  return { encryptionKeyId, keyMaterialId };
}

/** Under the role that reads wrappings, whose policy keeps ciphertext from it. */
export async function censusOf(session: Session, clients: AwsClients, terminal: Terminal): Promise<Census> {
  const { table: tableName, writeEncryptionKeyId } = session.deployment;
  return takeCensus({
    walk: new TableWalk({ dynamo: clients.dynamo, table: tableName }, censusAttributes),
    current: await currentWrapping(clients.kms, writeEncryptionKeyId),
    segments: CENSUS_SEGMENTS,
    onPage: (seen) => {
      terminal.progress(`census: ${seen} records`);
    },
  });
}

export function censusLines(census: Census): string[] {
  const { total, active, disabled, removed, unreadable, behind, byKeyMaterial, bySuite } = census;
  const suites = Object.entries(bySuite).map(([suite, records]) => [`  ${suite}`, records] as const);
  const materials = byKeyMaterial.map(
    ({ encryptionKeyId, keyMaterialId, current, records }) =>
      [
        `  ${encryptionKeyId.slice(encryptionKeyId.lastIndexOf(":") + 1)}`,
        keyMaterialId.slice(0, 12),
        records,
        current ? "current" : "behind",
      ] as const,
  );
  return [
    `${total} records: ${active} active, ${disabled} disabled, ${unreadable} unreadable (and ${removed} removed)`,
    "by KMS key and key material",
    ...table(materials),
    "by cipher suite",
    ...table(suites),
    behind === 0 ? "Nothing is behind." : `${behind} are behind: waxseal rewrap`,
  ];
}
