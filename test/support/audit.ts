import { setTimeout as sleep } from "node:timers/promises";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, ScanCommand } from "@aws-sdk/lib-dynamodb";
import type { LocalSystem } from "../../local/system.ts";
import { runCommand } from "./command.ts";
import { awsConfig } from "./local-system.ts";

export type Item = Record<string, unknown>;

/** The audit of a local system, as an administrator who may do anything sees and spoils it. */
export class AuditHands {
  readonly #system: LocalSystem;
  readonly s3: S3Client;
  readonly dynamo: DynamoDBDocumentClient;

  constructor(system: LocalSystem) {
    this.#system = system;
    this.s3 = new S3Client({ ...awsConfig(system), forcePathStyle: true });
    this.dynamo = DynamoDBDocumentClient.from(new DynamoDBClient(awsConfig(system)));
  }

  output(name: string): string {
    return this.#system.stack.outputs[name] ?? "";
  }

  async items(output: string): Promise<Item[]> {
    const items: Item[] = [];
    let start: Item | undefined;
    do {
      const command = new ScanCommand({ TableName: this.output(output), ExclusiveStartKey: start });
      const page = await this.dynamo.send(command);
      items.push(...(page.Items ?? []));
      start = page.LastEvaluatedKey;
    } while (start);
    return items;
  }

  /** The events, once all that happened is recorded. */
  async recorded(): Promise<Item[]> {
    await this.#system.streamsSettled();
    return this.items("AuditLogTable");
  }

  async names(prefix: string, bucket = this.output("AuditBucket")): Promise<string[]> {
    const { Contents = [] } = await this.s3.send(
      new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }),
    );
    return Contents.map(({ Key = "" }) => Key);
  }

  async read(name: string, bucket = this.output("AuditBucket")): Promise<Buffer> {
    const { Body } = await this.s3.send(new GetObjectCommand({ Bucket: bucket, Key: name }));
    return Buffer.from((await Body?.transformToByteArray()) ?? []);
  }

  /** Over what is there: another version. */
  async put(name: string, body: Uint8Array): Promise<void> {
    const command = new PutObjectCommand({ Bucket: this.output("AuditBucket"), Key: name, Body: body });
    await this.s3.send(command);
  }

  /** For good, past a lock of governance. */
  async destroy(name: string, bucket = this.output("AuditBucket")): Promise<void> {
    const got = await this.s3.send(new GetObjectCommand({ Bucket: bucket, Key: name }));
    const command = new DeleteObjectCommand({
      ...{ Bucket: bucket, Key: name, BypassGovernanceRetention: true },
      ...(got.VersionId !== undefined && { VersionId: got.VersionId }),
    });
    await this.s3.send(command);
  }

  /** The next checkpoint, of all that was recorded; waits until it is there. */
  async checkpoint(): Promise<string> {
    const before = (await this.names("checkpoints/")).length;
    await this.#system.streamsSettled();
    // What was written in the last two seconds is left to the next.
    await sleep(2_100);
    const rule = this.#system.stack.rules?.find(({ name }) => name.includes("AuditCheckpoints"));
    this.#system.fireRule(rule?.name ?? "");
    for (let names: string[] = []; ; names = await this.names("checkpoints/")) {
      if (names.length > before) return names.at(-1) ?? "";
      await sleep(50);
    }
  }

  /** `kind where` of each problem of integrity. */
  async problems(): Promise<string[]> {
    await this.#system.streamsSettled();
    const { json, stderr } = await runCommand(this.#system, [
      "audit",
      "verify",
      "--integrity-only",
      "--json",
    ]);
    const integrity = json["integrity"] as { problems: { kind: string; where: string }[] } | undefined;
    if (!integrity) throw new Error(stderr);
    return integrity.problems.map(({ kind, where }) => `${kind} ${where}`);
  }
}
