/** The composition root of the job that signs checkpoints. */
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { GetPublicKeyCommand, KMSClient, SignCommand } from "@aws-sdk/client-kms";
import { S3Client } from "@aws-sdk/client-s3";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { WaxsealError } from "../errors.ts";
import { present } from "../kms/answer.ts";
import { describeAwsError } from "../aws-failure.ts";
import { createLogger } from "../log/logger.ts";
import { publicKeyPem } from "./checkpoint.ts";
import { intakeTable } from "./intake.ts";
import { listNames, putOnce, readObject, type S3Sender } from "./manifest-store.ts";
import type { CheckpointPorts, EvidenceObjects } from "./take-checkpoint.ts";

/** Milliseconds. */
const requestHandler = { connectionTimeout: 2000, requestTimeout: 10_000, throwOnRequestTimeout: true };

/** @throws {WaxsealError} `INVALID_SETTINGS` */
export function composeCheckpoint(environment: Readonly<NodeJS.ProcessEnv>): CheckpointPorts {
  const text = (name: string): string => {
    const value = environment[name];
    if (value) return value;
    throw new WaxsealError("INVALID_SETTINGS");
  };
  const keyId = text("WAXSEAL_CHECKPOINT_KEY");
  const kms = new KMSClient({ requestHandler });
  const dynamo = DynamoDBDocumentClient.from(new DynamoDBClient({ requestHandler }));
  return {
    stage: text("WAXSEAL_STAGE"),
    objects: evidenceObjects(new S3Client({ requestHandler }), text("WAXSEAL_AUDIT_BUCKET")),
    intake: intakeTable(dynamo, text("WAXSEAL_AUDIT_INTAKE")),
    signer: {
      keyId,
      async publicKey() {
        const command = new GetPublicKeyCommand({ KeyId: keyId });
        const { PublicKey } = await kms.send(command).catch(failed("GetPublicKey"));
        return publicKeyPem(present(PublicKey));
      },
      async sign(Message) {
        const request = {
          KeyId: keyId,
          Message,
          MessageType: "RAW",
          SigningAlgorithm: "ECDSA_SHA_256",
        } as const;
        const { Signature } = await kms.send(new SignCommand(request)).catch(failed("Sign"));
        return present(Signature);
      },
    },
    logger: createLogger(environment["POWERTOOLS_SERVICE_NAME"] ?? "waxseal-checkpoint"),
    now: () => new Date(),
    settleMs: Number(text("WAXSEAL_CHECKPOINT_SETTLE_SECONDS")) * 1000,
  };
}

export function evidenceObjects(s3: S3Sender, bucket: string): EvidenceObjects {
  return {
    read: (name) => readObject(s3, bucket, name),
    putOnce: (name, body) => putOnce(s3, bucket, name, body),
    names: (prefix, after) => listNames(s3, bucket, prefix, after),
  };
}

function failed(operation: string) {
  return (error: unknown): never => {
    throw new WaxsealError("KMS_UNAVAILABLE", { aws: describeAwsError("kms", operation, error) });
  };
}
