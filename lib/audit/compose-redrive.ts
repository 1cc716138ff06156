/** The composition root of the function that redrives. */
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { DeleteObjectCommand, S3Client } from "@aws-sdk/client-s3";
import * as z from "zod/mini";
import { putAsidePrefix } from "../audit-attributes.ts";
import { WaxsealError } from "../errors.ts";
import { createLogger } from "../log/logger.ts";
import { listNames, readObject, s3Error } from "./manifest-store.ts";
import type { RedrivePorts } from "./redrive.ts";

/** Milliseconds. */
const requestHandler = { connectionTimeout: 2000, requestTimeout: 10_000, throwOnRequestTimeout: true };
/** The recorder has a minute for a batch. */
const ofRecorder = { ...requestHandler, requestTimeout: 65_000 };

/** What the recorder answers, as Lambda takes it of a stream's batch ("Configuring partial batch response"). */
const answerSchema = z.object({ batchItemFailures: z.array(z.unknown()) });

/** @throws {WaxsealError} `INVALID_SETTINGS` */
export function composeRedrive(environment: Readonly<NodeJS.ProcessEnv>): RedrivePorts {
  const text = (name: string): string => {
    const value = environment[name];
    if (value) return value;
    throw new WaxsealError("INVALID_SETTINGS");
  };
  const bucket = text("WAXSEAL_AUDIT_FAILURES");
  const FunctionName = text("WAXSEAL_AUDIT_RECORDER");
  const s3 = new S3Client({ requestHandler });
  const lambda = new LambdaClient({ maxAttempts: 1, requestHandler: ofRecorder });
  return {
    objects: {
      names: (after) => listNames(s3, bucket, putAsidePrefix, after),
      read: (name) => readObject(s3, bucket, name),
      async remove(name) {
        await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: name })).catch((error: unknown) => {
          throw s3Error("DeleteObject", error);
        });
      },
    },
    async record(Payload) {
      const { FunctionError, Payload: answer } = await lambda.send(
        new InvokeCommand({ FunctionName, Payload }),
      );
      // What it threw is in its own log, and nothing of it here: it may quote a record.
      if (FunctionError !== undefined || !answer) throw new WaxsealError("INTERNAL");
      return answerSchema.parse(JSON.parse(answer.transformToString())).batchItemFailures.length;
    },
    logger: createLogger(environment["POWERTOOLS_SERVICE_NAME"] ?? "waxseal-audit-redrive"),
    now: () => new Date(),
  };
}
