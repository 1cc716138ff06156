import { GetPublicKeyCommand } from "@aws-sdk/client-kms";
import { readFile } from "node:fs/promises";
import { publicKeyPem } from "../../audit/checkpoint.ts";
import { deploymentEvidence } from "../../audit/verify/deployment-evidence.ts";
import type { Evidence } from "../../audit/verify/evidence.ts";
import { asked } from "../../jobs/kms-key.ts";
import { OperatorError } from "../../jobs/operator-error.ts";
import type { AwsClients } from "../aws.ts";
import type { Session } from "../session.ts";

/** @param publicKeyFile - what is trusted before what KMS says. */
export async function evidenceOf(
  session: Session,
  clients: AwsClients,
  publicKeyFile: string | undefined,
): Promise<Evidence> {
  const { audit, table } = session.deployment;
  const ownFile = publicKeyFile === undefined ? undefined : await readPublicKey(publicKeyFile);
  const trustedKey = ownFile ?? (await publicKeyOf(clients, audit.checkpointKeyId));
  return deploymentEvidence({
    ...{ dynamo: clients.dynamo, s3: clients.s3, bucket: audit.bucket },
    ...{ auditLogTable: audit.logTable, providerKeysTable: table, trustedKey },
    trustedKeyIs: ownFile === undefined ? "the KMS key of the stack" : "the public key given",
    isKept: ownFile !== undefined,
  });
}

/** In PEM; `undefined` where nothing is signed. */
export async function publicKeyOf(
  { kms }: AwsClients,
  keyId: string | undefined,
): Promise<string | undefined> {
  if (keyId === undefined) return undefined;
  const { PublicKey } = await asked(() => kms.send(new GetPublicKeyCommand({ KeyId: keyId })));
  return PublicKey && publicKeyPem(PublicKey);
}

/** @throws {OperatorError} `USAGE` where it is none. */
export async function readPublicKey(file: string): Promise<string> {
  const text = await readFile(file, "utf8").catch(() => "");
  if (/^-----BEGIN PUBLIC KEY-----/.test(text)) return text;
  throw new OperatorError("USAGE", "--public-key takes a file as waxseal audit public-key prints it");
}
