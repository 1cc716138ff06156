/** KMS Developer Guide, "Rotate AWS KMS keys"; API Reference, the page of each operation. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CancelKeyDeletionCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  DisableKeyRotationCommand,
  EnableKeyCommand,
  EnableKeyRotationCommand,
  GenerateDataKeyCommand,
  GetKeyRotationStatusCommand,
  KMSClient,
  ListKeyRotationsCommand,
  RotateKeyOnDemandCommand,
  ScheduleKeyDeletionCommand,
} from "@aws-sdk/client-kms";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startAwsEndpoint, type AwsEndpoint } from "../../../local/aws/endpoint.ts";
import { clientSettings, expectError, nameOfError } from "../../contract/guarantee.ts";
import { emptyStack, kmsKeyResource } from "../../contract/stack.ts";

const manual = kmsKeyResource(1);
const yearly = { ...kmsKeyResource(2), rotationPeriodDays: 365 };
const stack = { ...emptyStack, kmsKeys: [manual, yearly] };
const start = Date.parse("2026-01-01T00:00:00Z");
const day = 86_400_000;
const rotationMs = 500;

let endpoint: AwsEndpoint;
let kms: KMSClient;
let now: number;
let dataDirectory: string;
async function startEndpoint(kmsKeys = stack.kmsKeys) {
  const clock = () => new Date(now);
  endpoint = await startAwsEndpoint({
    stack: { ...stack, kmsKeys },
    port: 0,
    now: clock,
    rotationMs,
    dataDirectory,
  });
  kms = new KMSClient(clientSettings(endpoint.url));
}
beforeEach(async () => {
  now = start;
  dataDirectory = mkdtempSync(join(tmpdir(), "waxseal-data-"));
  await startEndpoint();
});
afterEach(async () => {
  await endpoint.close();
  rmSync(dataDirectory, { recursive: true, force: true });
});

const rotate = (KeyId = manual.keyId) => kms.send(new RotateKeyOnDemandCommand({ KeyId }));
const status = (KeyId = manual.keyId) => kms.send(new GetKeyRotationStatusCommand({ KeyId }));
const usedMaterial = async (KeyId = manual.keyId) =>
  (await kms.send(new GenerateDataKeyCommand({ KeyId, KeySpec: "AES_256" }))).KeyMaterialId;
const currentMaterial = async (KeyId = manual.keyId) =>
  (await kms.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata?.CurrentKeyMaterialId;
const rotations = async (KeyId = manual.keyId) =>
  (await kms.send(new ListKeyRotationsCommand({ KeyId }))).Rotations?.map(
    ({ RotationDate, RotationType }) => [RotationType, RotationDate?.getTime()],
  );

describe("a rotation on demand takes its time", () => {
  test("while it is in progress it is shown as such, and the old material is used", async () => {
    const before = await usedMaterial();
    await rotate();
    now = start + rotationMs - 1;
    expect((await status()).OnDemandRotationStartDate).toEqual(new Date(start));
    expect(await usedMaterial()).toBe(before);
    expect(await currentMaterial()).toBe(before);
    expect(await rotations()).toEqual([]);
    now = start + rotationMs;
    expect(await status()).not.toHaveProperty("OnDemandRotationStartDate");
    const after = await usedMaterial();
    expect(after).not.toBe(before);
    expect(await currentMaterial()).toBe(after);
    expect(await rotations()).toEqual([["ON_DEMAND", start + rotationMs]]);
  });

  test("a second one meanwhile is a conflict; after it, it is not", async () => {
    await rotate();
    await expectError(rotate(), "ConflictException");
    now += rotationMs;
    expect(await nameOfError(rotate())).toBe("succeeded");
  });

  test("a restart in the middle does not lose it", async () => {
    const before = await usedMaterial();
    await rotate();
    await endpoint.close();
    await startEndpoint();
    expect((await status()).OnDemandRotationStartDate).toEqual(new Date(start));
    expect(await usedMaterial()).toBe(before);
    await endpoint.close();
    now += rotationMs;
    await startEndpoint();
    const after = await usedMaterial();
    expect(after).not.toBe(before);
    await endpoint.close();
    await startEndpoint();
    expect(await usedMaterial()).toBe(after);
  });

  test("one in progress is not ended by switching automatic rotation off", async () => {
    await rotate(yearly.keyId);
    await kms.send(new DisableKeyRotationCommand({ KeyId: yearly.keyId }));
    now += rotationMs;
    expect(await rotations(yearly.keyId)).toEqual([["ON_DEMAND", start + rotationMs]]);
  });

  test("25 of them, automatic ones not counted", async () => {
    for (let n = 0; n < 25; n++) {
      now += 400 * day;
      await rotate(yearly.keyId);
    }
    now += 400 * day;
    await expectError(rotate(yearly.keyId), "LimitExceededException");
    const types = (await rotations(yearly.keyId))?.map(([type]) => type);
    expect(types?.filter((type) => type === "ON_DEMAND")).toHaveLength(25);
    expect(types?.filter((type) => type === "AUTOMATIC")).toHaveLength(28);
  });
});

describe("automatic rotation", () => {
  test("is as the template has it: off, or on with its period", async () => {
    expect(await status()).toMatchObject({ KeyRotationEnabled: false });
    expect(await status()).not.toHaveProperty("NextRotationDate");
    expect(await status(yearly.keyId)).toMatchObject({
      KeyRotationEnabled: true,
      RotationPeriodInDays: 365,
      NextRotationDate: new Date(start + 365 * day),
    });
  });

  test("comes on its date and every period after it", async () => {
    const before = await usedMaterial(yearly.keyId);
    now = start + 365 * day - 1;
    expect(await usedMaterial(yearly.keyId)).toBe(before);
    now = start + 365 * day;
    expect(await usedMaterial(yearly.keyId)).not.toBe(before);
    now = start + 800 * day;
    expect(await rotations(yearly.keyId)).toEqual([
      ["AUTOMATIC", start + 365 * day],
      ["AUTOMATIC", start + 730 * day],
    ]);
    expect((await status(yearly.keyId)).NextRotationDate).toEqual(new Date(start + 3 * 365 * day));
  });

  test("is not moved by one on demand, which is refused in the twenty minutes before", async () => {
    const date = start + 365 * day;
    now = date - 20 * 60_000 - 1;
    await rotate(yearly.keyId);
    now = date - 20 * 60_000;
    await expectError(rotate(yearly.keyId), "ConflictException");
    expect((await status(yearly.keyId)).NextRotationDate).toEqual(new Date(date));
    now = date;
    expect((await rotations(yearly.keyId))?.map(([type]) => type)).toEqual(["ON_DEMAND", "AUTOMATIC"]);
  });

  test("is switched on with a period of 90 to 2,560 days, a year by default, and off", async () => {
    const enable = (RotationPeriodInDays?: number) =>
      kms.send(new EnableKeyRotationCommand({ KeyId: manual.keyId, RotationPeriodInDays }));
    for (const days of [89, 2561]) await expectError(enable(days), "ValidationException");
    await enable();
    expect(await status()).toMatchObject({ KeyRotationEnabled: true, RotationPeriodInDays: 365 });
    now += day;
    await enable(90);
    expect((await status()).NextRotationDate).toEqual(new Date(start + 91 * day));
    await kms.send(new DisableKeyRotationCommand({ KeyId: manual.keyId }));
    now += 400 * day;
    expect(await status()).toMatchObject({ KeyRotationEnabled: false });
    expect(await rotations()).toEqual([]);
  });

  test("waits while the key is disabled, and comes at once when it is enabled after its date", async () => {
    const KeyId = yearly.keyId;
    await kms.send(new DisableKeyCommand({ KeyId }));
    await expectError(kms.send(new EnableKeyRotationCommand({ KeyId })), "DisabledException");
    expect(await status(KeyId)).toMatchObject({ KeyRotationEnabled: true });
    now = start + 800 * day;
    expect(await rotations(KeyId)).toEqual([]);
    await kms.send(new EnableKeyCommand({ KeyId }));
    expect(await rotations(KeyId)).toEqual([["AUTOMATIC", now]]);
    expect((await status(KeyId)).NextRotationDate).toEqual(new Date(now + 365 * day));
  });

  test("is shown as off while the key is pending deletion, and as it was when that is cancelled", async () => {
    const KeyId = yearly.keyId;
    await kms.send(new ScheduleKeyDeletionCommand({ KeyId }));
    expect(await status(KeyId)).toMatchObject({ KeyRotationEnabled: false });
    await kms.send(new CancelKeyDeletionCommand({ KeyId }));
    expect(await status(KeyId)).toMatchObject({ KeyRotationEnabled: true });
  });

  test("keeps its date over restarts and deployments, unless the template's period is another", async () => {
    now += 10 * day;
    await endpoint.close();
    await startEndpoint();
    await endpoint.deploy(stack);
    expect((await status(yearly.keyId)).NextRotationDate).toEqual(new Date(start + 365 * day));
    await endpoint.deploy({ ...stack, kmsKeys: [manual, { ...yearly, rotationPeriodDays: 90 }] });
    expect((await status(yearly.keyId)).NextRotationDate).toEqual(new Date(start + 100 * day));
  });
});
