/**
 * What KMS does with a symmetric key, by the KMS API Reference (the page of each operation) and the
 * Developer Guide's "Key states of AWS KMS keys", "Encryption context" and "Rotate AWS KMS keys".
 */
import {
  CancelKeyDeletionCommand,
  DecryptCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  DisableKeyRotationCommand,
  EnableKeyCommand,
  EnableKeyRotationCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  GenerateDataKeyWithoutPlaintextCommand,
  GetKeyPolicyCommand,
  GetKeyRotationStatusCommand,
  GetPublicKeyCommand,
  ListKeyRotationsCommand,
  ListKeysCommand,
  PutKeyPolicyCommand,
  ReEncryptCommand,
  RotateKeyOnDemandCommand,
  ScheduleKeyDeletionCommand,
  SignCommand,
  VerifyCommand,
  type KMSClient,
} from "@aws-sdk/client-kms";
import { createHash, createPublicKey, verify } from "node:crypto";
import { describe, expect } from "vitest";
import { expectError, guaranteesOf, nameOfError } from "./guarantee.ts";

export interface KmsTarget {
  client(): KMSClient;
  /** The ARN of an enabled symmetric key that no test has used yet. */
  newKey(): Promise<string>;
  /** The ARN of an enabled ECC_NIST_P256 key for signatures. */
  newSigningKey(): Promise<string>;
}

const context = { purpose: "contract", owner: "Ada" };
const materialId = /^[0-9a-f]{64}$/;

/** The key id in a key ARN. State changes are asked by it, reads and uses mostly by ARN. */
const idOf = (arn: string) => arn.slice(arn.lastIndexOf("/") + 1);

export function kmsContract(target: KmsTarget): void {
  const { guarantee, everyDifferenceIsTested } = guaranteesOf("kms");
  const kms = () => target.client();
  const generate = (KeyId: string) =>
    kms().send(new GenerateDataKeyCommand({ KeyId, KeySpec: "AES_256", EncryptionContext: context }));
  const decrypt = (CiphertextBlob: Uint8Array | undefined, EncryptionContext = context, KeyId?: string) =>
    kms().send(new DecryptCommand({ CiphertextBlob, EncryptionContext, KeyId }));

  describe("data keys", () => {
    guarantee("GenerateDataKey answers a new key of the asked length, wrapped and in plaintext", async () => {
      const KeyId = await target.newKey();
      const first = await generate(KeyId);
      const second = await generate(KeyId);
      expect(first.Plaintext).toHaveLength(32);
      expect(first.KeyId).toBe(KeyId);
      expect(Buffer.from(first.Plaintext ?? [])).not.toEqual(Buffer.from(second.Plaintext ?? []));
      const longer = await kms().send(new GenerateDataKeyCommand({ KeyId, NumberOfBytes: 64 }));
      expect(longer.Plaintext).toHaveLength(64);
      const half = await kms().send(new GenerateDataKeyCommand({ KeyId, KeySpec: "AES_128" }));
      expect(half.Plaintext).toHaveLength(16);
    });

    guarantee("a key is named by its id as well as by its ARN", async () => {
      const arn = await target.newKey();
      const { KeyId, CiphertextBlob } = await generate(idOf(arn));
      expect(KeyId).toBe(arn);
      expect((await decrypt(CiphertextBlob)).KeyId).toBe(arn);
    });

    guarantee("GenerateDataKey and Decrypt name the key material", async () => {
      const { CiphertextBlob, KeyMaterialId } = await generate(await target.newKey());
      expect(KeyMaterialId).toMatch(materialId);
      expect((await decrypt(CiphertextBlob)).KeyMaterialId).toBe(KeyMaterialId);
    });

    guarantee("GenerateDataKeyWithoutPlaintext answers only the wrapped key, which opens", async () => {
      const request = { KeyId: await target.newKey(), NumberOfBytes: 48, EncryptionContext: context };
      const { CiphertextBlob, ...rest } = await kms().send(
        new GenerateDataKeyWithoutPlaintextCommand(request),
      );
      expect(rest).not.toHaveProperty("Plaintext");
      expect((await decrypt(CiphertextBlob)).Plaintext).toHaveLength(48);
    });

    guarantee("GenerateDataKey takes KeySpec or NumberOfBytes, not both and not neither", async () => {
      const KeyId = await target.newKey();
      await expectError(kms().send(new GenerateDataKeyCommand({ KeyId })), "ValidationException");
      const both = new GenerateDataKeyCommand({ KeyId, KeySpec: "AES_256", NumberOfBytes: 32 });
      await expectError(kms().send(both), "ValidationException");
    });

    guarantee("NumberOfBytes is 1 to 1024", async () => {
      const KeyId = await target.newKey();
      const names = [0, 1, 1024, 1025].map((NumberOfBytes) =>
        nameOfError(kms().send(new GenerateDataKeyCommand({ KeyId, NumberOfBytes }))),
      );
      const refused = "ValidationException";
      expect(await Promise.all(names)).toEqual([refused, "succeeded", "succeeded", refused]);
    });
  });

  describe("opening", () => {
    guarantee("Decrypt gives the data key back under the same encryption context, in any order", async () => {
      const { CiphertextBlob, Plaintext, KeyId } = await generate(await target.newKey());
      const opened = await decrypt(CiphertextBlob, { owner: "Ada", purpose: "contract" });
      expect(Buffer.from(opened.Plaintext ?? [])).toEqual(Buffer.from(Plaintext ?? []));
      expect(opened.KeyId).toBe(KeyId);
    });

    guarantee("Decrypt names the encryption algorithm", async () => {
      const { CiphertextBlob } = await generate(await target.newKey());
      expect((await decrypt(CiphertextBlob)).EncryptionAlgorithm).toBe("SYMMETRIC_DEFAULT");
    });

    const wrongContexts: Record<string, Record<string, string>> = {
      none: {},
      "one without a pair": { purpose: "contract" },
      "one with a pair more": { ...context, extra: "x" },
      "another value": { ...context, owner: "Eve" },
      "another case": { ...context, owner: "ada" },
      "values swapped": { purpose: context.owner, owner: context.purpose },
    };
    for (const [what, wrong] of Object.entries(wrongContexts)) {
      guarantee(`Decrypt refuses a wrong encryption context: ${what}`, async () => {
        const { CiphertextBlob } = await generate(await target.newKey());
        const call = kms().send(new DecryptCommand({ CiphertextBlob, EncryptionContext: wrong }));
        await expectError(call, "InvalidCiphertextException");
      });
    }

    guarantee("Decrypt refuses a damaged, a shortened and a made-up ciphertext", async () => {
      const { CiphertextBlob = new Uint8Array() } = await generate(await target.newKey());
      const damaged = Uint8Array.from(CiphertextBlob);
      damaged[damaged.length - 1] = (damaged.at(-1) ?? 0) ^ 1;
      for (const blob of [damaged, CiphertextBlob.subarray(0, -1), Buffer.from("made up")]) {
        await expectError(decrypt(blob), "InvalidCiphertextException");
      }
    });

    guarantee("Decrypt with another key's KeyId is refused as the incorrect key", async () => {
      const { CiphertextBlob, KeyId } = await generate(await target.newKey());
      await expectError(decrypt(CiphertextBlob, context, await target.newKey()), "IncorrectKeyException");
      expect((await decrypt(CiphertextBlob, context, KeyId)).KeyId).toBe(KeyId);
    });

    guarantee("Encrypt takes up to 4,096 bytes, and Decrypt gives them back", async () => {
      const KeyId = await target.newKey();
      const encrypt = (length: number) =>
        kms().send(
          new EncryptCommand({ KeyId, Plaintext: Buffer.alloc(length, 7), EncryptionContext: context }),
        );
      const { CiphertextBlob } = await encrypt(4096);
      expect((await decrypt(CiphertextBlob)).Plaintext).toHaveLength(4096);
      await expectError(encrypt(4097), "ValidationException");
    });

    guarantee("a key that does not exist is not found", async () => {
      const arn = await target.newKey();
      const missing = arn.replace(/[^/]+$/, "00000000-0000-4000-8000-000000000000");
      await expectError(generate(missing), "NotFoundException");
      await expectError(kms().send(new DescribeKeyCommand({ KeyId: missing })), "NotFoundException");
    });
  });

  describe("re-encryption", () => {
    const reEncrypt = (CiphertextBlob: Uint8Array | undefined, DestinationKeyId: string, source = context) =>
      kms().send(
        new ReEncryptCommand({
          CiphertextBlob,
          SourceEncryptionContext: source,
          DestinationKeyId,
          DestinationEncryptionContext: { purpose: "moved" },
        }),
      );

    guarantee("ReEncrypt moves a data key to another key and context, and names both", async () => {
      const { CiphertextBlob, Plaintext, KeyId } = await generate(await target.newKey());
      const destination = await target.newKey();
      const moved = await reEncrypt(CiphertextBlob, destination);
      expect(moved).toMatchObject({ SourceKeyId: KeyId, KeyId: destination });
      await expectError(decrypt(moved.CiphertextBlob), "InvalidCiphertextException");
      const opened = await kms().send(
        new DecryptCommand({ CiphertextBlob: moved.CiphertextBlob, EncryptionContext: { purpose: "moved" } }),
      );
      expect(Buffer.from(opened.Plaintext ?? [])).toEqual(Buffer.from(Plaintext ?? []));
    });

    guarantee("ReEncrypt refuses a wrong source context", async () => {
      const { CiphertextBlob } = await generate(await target.newKey());
      const call = reEncrypt(CiphertextBlob, await target.newKey(), { ...context, owner: "Eve" });
      await expectError(call, "InvalidCiphertextException");
    });

    guarantee("ReEncrypt to a disabled key is refused", async () => {
      const { CiphertextBlob } = await generate(await target.newKey());
      const KeyId = idOf(await target.newKey());
      await kms().send(new DisableKeyCommand({ KeyId }));
      await expectError(reEncrypt(CiphertextBlob, KeyId), "DisabledException");
    });

    guarantee("ReEncrypt to the same key moves to its current key material", async () => {
      const { CiphertextBlob, KeyId = "", KeyMaterialId } = await generate(await target.newKey());
      await kms().send(new RotateKeyOnDemandCommand({ KeyId }));
      const moved = await reEncrypt(CiphertextBlob, KeyId);
      expect(moved.SourceKeyMaterialId).toBe(KeyMaterialId);
      expect(moved.DestinationKeyMaterialId).toMatch(materialId);
      expect(moved.DestinationKeyMaterialId).not.toBe(KeyMaterialId);
    });
  });

  describe("key states", () => {
    guarantee(
      "a disabled key does nothing until it is enabled again, and then opens what it sealed",
      async () => {
        const KeyId = idOf(await target.newKey());
        const { CiphertextBlob } = await generate(KeyId);
        await kms().send(new DisableKeyCommand({ KeyId }));
        await expectError(generate(KeyId), "DisabledException");
        await expectError(decrypt(CiphertextBlob), "DisabledException");
        await kms().send(new EnableKeyCommand({ KeyId }));
        expect((await decrypt(CiphertextBlob)).Plaintext).toHaveLength(32);
      },
    );

    guarantee("a key that is pending deletion cannot be used; cancelled, it is disabled", async () => {
      const KeyId = idOf(await target.newKey());
      const { CiphertextBlob } = await generate(KeyId);
      await kms().send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
      await expectError(decrypt(CiphertextBlob), "KMSInvalidStateException");
      await expectError(generate(KeyId), "KMSInvalidStateException");
      await expectError(kms().send(new EnableKeyCommand({ KeyId })), "KMSInvalidStateException");
      const pending = await kms().send(new DescribeKeyCommand({ KeyId }));
      expect(pending.KeyMetadata).toMatchObject({ KeyState: "PendingDeletion", Enabled: false });
      await kms().send(new CancelKeyDeletionCommand({ KeyId }));
      const cancelled = await kms().send(new DescribeKeyCommand({ KeyId }));
      expect(cancelled.KeyMetadata?.KeyState).toBe("Disabled");
    });

    guarantee("the waiting period of a deletion is 7 to 30 days, 30 where none is given", async () => {
      const KeyId = idOf(await target.newKey());
      for (const PendingWindowInDays of [6, 31]) {
        const call = kms().send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays }));
        await expectError(call, "ValidationException");
      }
      const { DeletionDate } = await kms().send(new ScheduleKeyDeletionCommand({ KeyId }));
      const days = ((DeletionDate?.getTime() ?? 0) - Date.now()) / 86_400_000;
      expect(days).toBeGreaterThan(29);
      expect(days).toBeLessThan(31);
    });

    guarantee("DescribeKey and ListKeys show the key", async () => {
      const arn = await target.newKey();
      const { KeyMetadata } = await kms().send(new DescribeKeyCommand({ KeyId: arn }));
      expect(KeyMetadata).toMatchObject({
        Arn: arn,
        Enabled: true,
        KeyState: "Enabled",
        KeySpec: "SYMMETRIC_DEFAULT",
      });
      const { Keys = [] } = await kms().send(new ListKeysCommand({ Limit: 1000 }));
      expect(Keys.map(({ KeyArn }) => KeyArn)).toContain(arn);
    });
  });

  describe("dry runs", () => {
    guarantee("what would succeed is answered with DryRunOperationException", async () => {
      const { CiphertextBlob, KeyId = "" } = await generate(await target.newKey());
      const shared = { EncryptionContext: context, DryRun: true };
      const calls = [
        kms().send(new GenerateDataKeyCommand({ KeyId, KeySpec: "AES_256", ...shared })),
        kms().send(new DecryptCommand({ CiphertextBlob, ...shared })),
      ];
      for (const call of calls) await expectError(call, "DryRunOperationException");
    });

    guarantee("a dry run of what would fail is answered with its failure", async () => {
      const { CiphertextBlob } = await generate(await target.newKey());
      const wrong = { CiphertextBlob, EncryptionContext: { purpose: "wrong" }, DryRun: true };
      await expectError(kms().send(new DecryptCommand(wrong)), "InvalidCiphertextException");
    });
  });

  describe("rotation", () => {
    guarantee("after a rotation new seals use new material and old ones still open with theirs", async () => {
      const KeyId = await target.newKey();
      const before = await generate(KeyId);
      await kms().send(new RotateKeyOnDemandCommand({ KeyId }));
      const after = await generate(KeyId);
      expect(after.KeyMaterialId).toMatch(materialId);
      expect(after.KeyMaterialId).not.toBe(before.KeyMaterialId);
      const opened = await decrypt(before.CiphertextBlob);
      expect(Buffer.from(opened.Plaintext ?? [])).toEqual(Buffer.from(before.Plaintext ?? []));
      expect(opened.KeyMaterialId).toBe(before.KeyMaterialId);
    });

    guarantee("ListKeyRotations names every material and the current one", async () => {
      const KeyId = await target.newKey();
      const first = await generate(KeyId);
      await kms().send(new RotateKeyOnDemandCommand({ KeyId }));
      const second = await generate(KeyId);
      const all = await kms().send(
        new ListKeyRotationsCommand({ KeyId, IncludeKeyMaterial: "ALL_KEY_MATERIAL" }),
      );
      const states = new Map(all.Rotations?.map((r) => [r.KeyMaterialId, r.KeyMaterialState]));
      expect(states.get(first.KeyMaterialId)).toBe("NON_CURRENT");
      expect(states.get(second.KeyMaterialId)).toBe("CURRENT");
      const rotations = await kms().send(new ListKeyRotationsCommand({ KeyId }));
      expect(rotations.Rotations?.map(({ RotationType }) => RotationType)).toEqual(["ON_DEMAND"]);
    });

    guarantee("a key is rotated on demand 25 times at most", async () => {
      const KeyId = await target.newKey();
      for (let i = 0; i < 25; i++) await kms().send(new RotateKeyOnDemandCommand({ KeyId }));
      await expectError(kms().send(new RotateKeyOnDemandCommand({ KeyId })), "LimitExceededException");
    });

    guarantee("a disabled key is not rotated", async () => {
      const KeyId = idOf(await target.newKey());
      await kms().send(new DisableKeyCommand({ KeyId }));
      await expectError(kms().send(new RotateKeyOnDemandCommand({ KeyId })), "DisabledException");
    });

    const status = (KeyId: string) => kms().send(new GetKeyRotationStatusCommand({ KeyId }));

    guarantee("automatic rotation is off unless it was switched on", async () => {
      expect((await status(await target.newKey())).KeyRotationEnabled).toBe(false);
    });

    guarantee("automatic rotation is switched on and off", async () => {
      const KeyId = await target.newKey();
      await kms().send(new EnableKeyRotationCommand({ KeyId: idOf(KeyId) }));
      expect((await status(KeyId)).KeyRotationEnabled).toBe(true);
      await kms().send(new DisableKeyRotationCommand({ KeyId: idOf(KeyId) }));
      expect((await status(KeyId)).KeyRotationEnabled).toBe(false);
    });

    guarantee(
      "the next automatic rotation is a period after it was switched on, by default a year",
      async () => {
        for (const period of [undefined, 90]) {
          const KeyId = await target.newKey();
          await kms().send(new EnableKeyRotationCommand({ KeyId, RotationPeriodInDays: period }));
          const { NextRotationDate, RotationPeriodInDays } = await status(KeyId);
          const days = ((NextRotationDate?.getTime() ?? 0) - Date.now()) / 86_400_000;
          expect([RotationPeriodInDays, Math.round(days)]).toEqual([period ?? 365, period ?? 365]);
        }
      },
    );

    guarantee("an on-demand rotation does not move the automatic one", async () => {
      const KeyId = await target.newKey();
      await kms().send(new EnableKeyRotationCommand({ KeyId }));
      const before = await status(KeyId);
      await kms().send(new RotateKeyOnDemandCommand({ KeyId }));
      const { NextRotationDate, KeyRotationEnabled } = await status(KeyId);
      expect({ NextRotationDate, KeyRotationEnabled }).toEqual({
        NextRotationDate: before.NextRotationDate,
        KeyRotationEnabled: true,
      });
    });

    guarantee("the period of automatic rotation is 90 to 2,560 days", async () => {
      const KeyId = await target.newKey();
      for (const RotationPeriodInDays of [89, 2561]) {
        const call = kms().send(new EnableKeyRotationCommand({ KeyId, RotationPeriodInDays }));
        await expectError(call, "ValidationException");
      }
    });

    guarantee("a disabled key's automatic rotation is neither switched on nor off", async () => {
      const KeyId = idOf(await target.newKey());
      await kms().send(new DisableKeyCommand({ KeyId }));
      await expectError(kms().send(new EnableKeyRotationCommand({ KeyId })), "DisabledException");
      await expectError(kms().send(new DisableKeyRotationCommand({ KeyId })), "DisabledException");
    });
  });

  describe("key policies", () => {
    guarantee("PutKeyPolicy replaces the policy that GetKeyPolicy answers", async () => {
      const KeyId = await target.newKey();
      const account = KeyId.split(":")[4];
      const root = {
        Effect: "Allow",
        Principal: { AWS: `arn:aws:iam::${account}:root` },
        Action: "kms:*",
        Resource: "*",
      };
      const Policy = JSON.stringify({ Version: "2012-10-17", Id: "replaced", Statement: [root] });
      await kms().send(new PutKeyPolicyCommand({ KeyId, PolicyName: "default", Policy }));
      const stored = await kms().send(new GetKeyPolicyCommand({ KeyId, PolicyName: "default" }));
      expect(JSON.parse(stored.Policy ?? "")).toEqual(JSON.parse(Policy));
    });

    guarantee("a policy that is no JSON is malformed", async () => {
      const KeyId = await target.newKey();
      const call = kms().send(new PutKeyPolicyCommand({ KeyId, PolicyName: "default", Policy: "no JSON" }));
      await expectError(call, "MalformedPolicyDocumentException");
    });

    guarantee("a policy that would lock its own author out is refused", async () => {
      const KeyId = await target.newKey();
      const nobody = {
        Effect: "Allow",
        Principal: { AWS: `arn:aws:iam::${KeyId.split(":")[4]}:role/nobody` },
      };
      const Statement = [{ ...nobody, Action: "kms:Decrypt", Resource: "*" }];
      const Policy = JSON.stringify({ Version: "2012-10-17", Statement });
      await expectError(
        kms().send(new PutKeyPolicyCommand({ KeyId, PolicyName: "default", Policy })),
        "MalformedPolicyDocumentException",
      );
    });
  });

  describe("signatures", () => {
    const Message = Buffer.from("what is signed");
    const signing = { Message, MessageType: "RAW", SigningAlgorithm: "ECDSA_SHA_256" } as const;

    guarantee("verify by the public key, with KMS and without", async () => {
      const KeyId = await target.newSigningKey();
      const { Signature = new Uint8Array(), ...signed } = await kms().send(
        new SignCommand({ KeyId, ...signing }),
      );
      expect(signed).toMatchObject({ KeyId, SigningAlgorithm: "ECDSA_SHA_256" });
      const published = await kms().send(new GetPublicKeyCommand({ KeyId }));
      expect(published).toMatchObject({ KeyId, KeySpec: "ECC_NIST_P256", KeyUsage: "SIGN_VERIFY" });
      expect(published.SigningAlgorithms).toEqual(["ECDSA_SHA_256"]);
      const spki = Buffer.from(published.PublicKey ?? []);
      const publicKey = createPublicKey({ key: spki, format: "der", type: "spki" });
      expect(verify("sha256", Message, publicKey, Signature)).toBe(true);
      const verified = await kms().send(new VerifyCommand({ KeyId, ...signing, Signature }));
      expect(verified.SignatureValid).toBe(true);
    });

    guarantee("of a digest are those of what it was made from", async () => {
      const KeyId = await target.newSigningKey();
      const digest = {
        ...signing,
        Message: createHash("sha256").update(Message).digest(),
        MessageType: "DIGEST",
      } as const;
      const { Signature } = await kms().send(new SignCommand({ KeyId, ...digest }));
      for (const signed of [digest, signing]) {
        const verified = await kms().send(new VerifyCommand({ KeyId, ...signed, Signature }));
        expect(verified.SignatureValid).toBe(true);
      }
      const ofMessage = await kms().send(new SignCommand({ KeyId, ...signing }));
      const asDigest = new VerifyCommand({ KeyId, ...digest, Signature: ofMessage.Signature });
      expect((await kms().send(asDigest)).SignatureValid).toBe(true);
    });

    guarantee("of a digest of another length are refused", async () => {
      const KeyId = await target.newSigningKey();
      const short = { ...signing, Message: Buffer.alloc(31), MessageType: "DIGEST" } as const;
      await expectError(kms().send(new SignCommand({ KeyId, ...short })), "ValidationException");
    });

    guarantee("by another algorithm than the key's are refused", async () => {
      const KeyId = await target.newSigningKey();
      const other = { ...signing, SigningAlgorithm: "ECDSA_SHA_384" } as const;
      await expectError(kms().send(new SignCommand({ KeyId, ...other })), "InvalidKeyUsageException");
    });

    guarantee("are not made by a disabled key", async () => {
      const KeyId = await target.newSigningKey();
      await kms().send(new DisableKeyCommand({ KeyId: idOf(KeyId) }));
      await expectError(kms().send(new SignCommand({ KeyId, ...signing })), "DisabledException");
    });

    guarantee("a key that makes them says so, and what for", async () => {
      const KeyId = await target.newSigningKey();
      const { KeyMetadata } = await kms().send(new DescribeKeyCommand({ KeyId }));
      expect(KeyMetadata).toMatchObject({
        ...{ KeySpec: "ECC_NIST_P256", KeyUsage: "SIGN_VERIFY", SigningAlgorithms: ["ECDSA_SHA_256"] },
      });
      expect(KeyMetadata).not.toHaveProperty("CurrentKeyMaterialId");
    });

    guarantee("a key that makes them is not rotated", async () => {
      const KeyId = idOf(await target.newSigningKey());
      const rotations = [
        kms().send(new EnableKeyRotationCommand({ KeyId })),
        kms().send(new RotateKeyOnDemandCommand({ KeyId })),
      ];
      for (const rotation of rotations) await expectError(rotation, "UnsupportedOperationException");
      const { KeyRotationEnabled } = await kms().send(new GetKeyRotationStatusCommand({ KeyId }));
      expect(KeyRotationEnabled).toBe(false);
    });

    guarantee("of anything else are refused", async () => {
      const KeyId = await target.newSigningKey();
      const { Signature } = await kms().send(new SignCommand({ KeyId, ...signing }));
      const other = new VerifyCommand({ KeyId, ...signing, Message: Buffer.from("other"), Signature });
      await expectError(kms().send(other), "KMSInvalidSignatureException");
    });

    guarantee(
      "are not made by a symmetric key, which has no public one; nor data keys by one that signs",
      async () => {
        const KeyId = await target.newKey();
        await expectError(kms().send(new SignCommand({ KeyId, ...signing })), "InvalidKeyUsageException");
        await expectError(kms().send(new GetPublicKeyCommand({ KeyId })), "UnsupportedOperationException");
        await expectError(generate(await target.newSigningKey()), "InvalidKeyUsageException");
      },
    );

    guarantee("are of messages of 4,096 bytes at most", async () => {
      const KeyId = await target.newSigningKey();
      const long = new SignCommand({ KeyId, ...signing, Message: Buffer.alloc(4097) });
      await expectError(kms().send(long), "ValidationException");
    });
  });

  guarantee("answers and errors carry a request id", async () => {
    const requestId = /^[\w-]{36,}$/;
    const answer = await generate(await target.newKey());
    expect(answer.$metadata.requestId).toMatch(requestId);
    const failure: unknown = await decrypt(Buffer.from("made up")).catch((error: unknown) => error);
    expect(failure).toHaveProperty("$metadata.requestId", expect.stringMatching(requestId));
  });

  everyDifferenceIsTested();
}
