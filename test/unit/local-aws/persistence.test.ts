import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  DecryptCommand,
  DisableKeyCommand,
  GenerateDataKeyCommand,
  GetKeyPolicyCommand,
  KMSClient,
  PutKeyPolicyCommand,
  RotateKeyOnDemandCommand,
} from "@aws-sdk/client-kms";
import { DynamoDBClient, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startAwsEndpoint, type AwsEndpoint } from "../../../local/aws/endpoint.ts";
import { clientSettings } from "../../contract/guarantee.ts";
import { kmsKeyResource } from "../../contract/stack.ts";
import { servedStack } from "./serve.ts";

const KeyId = kmsKeyResource(1).arn;
const Key = { owner: { S: "ada" }, slot: { S: "openai/default" } };
const EncryptionContext = { purpose: "persistence" };

let dataDirectory: string;
beforeEach(() => {
  dataDirectory = mkdtempSync(join(tmpdir(), "waxseal-data-"));
});
afterEach(() => {
  rmSync(dataDirectory, { recursive: true, force: true });
});

/** A data key that is stored wrapped, as a record would have it. */
async function store(url: string): Promise<Uint8Array> {
  const { kms, db } = clientsOf(url);
  const { CiphertextBlob, Plaintext = new Uint8Array() } = await kms.send(
    new GenerateDataKeyCommand({ KeyId, KeySpec: "AES_256", EncryptionContext }),
  );
  const Item = { ...Key, wrappedDataKey: { B: CiphertextBlob ?? new Uint8Array() } };
  await db.send(new PutItemCommand({ TableName: "ProviderKeys", Item }));
  return Plaintext;
}

async function open(url: string): Promise<Uint8Array | undefined> {
  const { kms, db } = clientsOf(url);
  const { Item } = await db.send(new GetItemCommand({ TableName: "ProviderKeys", Key }));
  const CiphertextBlob = Item?.["wrappedDataKey"]?.B;
  return (await kms.send(new DecryptCommand({ CiphertextBlob, EncryptionContext }))).Plaintext;
}

function clientsOf(url: string) {
  return { kms: new KMSClient(clientSettings(url)), db: new DynamoDBClient(clientSettings(url)) };
}

async function during<T>(work: (endpoint: AwsEndpoint) => Promise<T>): Promise<T> {
  const endpoint = await startAwsEndpoint({ stack: servedStack, port: 0, dataDirectory });
  try {
    return await work(endpoint);
  } finally {
    await endpoint.close();
  }
}

test("after a clean restart everything sealed before opens, and the records go on", async () => {
  const plaintext = await during(({ url }) => store(url));
  await during(async (endpoint) => {
    expect(await open(endpoint.url)).toEqual(plaintext);
    const names = endpoint.cloudTrailRecords().map(({ eventName }) => eventName);
    expect(names).toEqual(["GenerateDataKey", "Decrypt"]);
  });
});

test("after kill -9 everything answered before opens", async () => {
  const server = spawn(process.execPath, [join(import.meta.dirname, "serve.ts"), dataDirectory]);
  const exited = once(server, "exit");
  const [url] = (await once(server.stdout, "data")) as [Buffer];
  const plaintext = await store(url.toString().trim());
  server.kill("SIGKILL");
  await exited;
  await during(async (endpoint) => {
    expect(await open(endpoint.url)).toEqual(plaintext);
    expect(endpoint.cloudTrailRecords()).toHaveLength(2);
  });
}, 20_000);

test("a record torn in the middle is dropped, and the next one is whole again", async () => {
  await during(({ url }) => store(url));
  appendFileSync(join(dataDirectory, "cloudtrail.jsonl"), '{"eventVersion":"1.');
  await during(({ url }) => open(url));
  await during((endpoint) => {
    const names = endpoint.cloudTrailRecords().map(({ eventName }) => eventName);
    expect(names).toEqual(["GenerateDataKey", "Decrypt"]);
    return Promise.resolve();
  });
});

test("states and rotations are kept, and old material still opens", async () => {
  const plaintext = await during(async ({ url }) => {
    const stored = await store(url);
    await clientsOf(url).kms.send(new RotateKeyOnDemandCommand({ KeyId }));
    return stored;
  });
  await during(async ({ url }) => {
    expect(await open(url)).toEqual(plaintext);
    await clientsOf(url).kms.send(new DisableKeyCommand({ KeyId }));
  });
  await during(async ({ url }) => {
    await expect(open(url)).rejects.toHaveProperty("name", "DisabledException");
  });
});

test("the stack's key policy wins over a stored one at the start", async () => {
  const account = { Effect: "Allow", Principal: { AWS: "*" }, Action: "kms:*", Resource: "*" };
  const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [account] });
  await during(({ url }) => clientsOf(url).kms.send(new PutKeyPolicyCommand({ KeyId, Policy })));
  await during(async ({ url }) => {
    const stored = await clientsOf(url).kms.send(new GetKeyPolicyCommand({ KeyId }));
    expect(JSON.parse(stored.Policy ?? "")).toEqual(kmsKeyResource(1).policyDocument);
  });
});

test("the files of keys and records are their owner's alone, and nothing is left half-written", async () => {
  await during(({ url }) => store(url));
  const files = ["cloudtrail.jsonl", "kms.json", "streams.jsonl", "trail.jsonl"];
  expect(readdirSync(dataDirectory).sort()).toEqual([...files, "dynamodb"].sort());
  for (const name of files) {
    expect(statSync(join(dataDirectory, name)).mode & 0o077).toBe(process.platform === "win32" ? 0o066 : 0);
  }
});
