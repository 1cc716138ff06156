import { censusAttributes } from "../attributes.ts";
import { takeCensus, type Census } from "../census/census.ts";
import { OperatorError } from "../jobs/operator-error.ts";
import type { KmsSender } from "../kms/answer.ts";
import { TableWalk } from "../provider-keys/walk.ts";
import type { CurrentWrapping } from "../rewrap/wrapping.ts";
import type { AwsClients } from "./aws.ts";
import { describeKmsKey } from "./kms-keys.ts";
import type { Session } from "./session.ts";
import { table, type Terminal } from "./terminal.ts";

export const CENSUS_SEGMENTS = 4;

/**
 * Which KMS key and which of its key materials wrap new data keys now.
 *
 * @throws {OperatorError} `REFUSED` where that KMS key cannot be used.
 */
export async function currentWrapping(kms: KmsSender, encryptionKeyId: string): Promise<CurrentWrapping> {
  const { KeyState: state = "unknown", CurrentKeyMaterialId: keyMaterialId } = await describeKmsKey(
    kms,
    encryptionKeyId,
  );
  if (state === "Enabled" && keyMaterialId !== undefined) return { encryptionKeyId, keyMaterialId };
  throw new OperatorError("REFUSED", `The KMS key ${encryptionKeyId} cannot wrap: it is ${state}`);
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
