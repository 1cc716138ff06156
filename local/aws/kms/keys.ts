/** The KMS keys of the account: state, key material, policy; in memory and, where a file is given, in it. */
import { generateKeyPairSync, randomBytes } from "node:crypto";
import type { KmsKeyResource, Statement } from "../../stack.ts";
import { readJsonFile, writeJsonFile } from "../files.ts";
import { keyPolicyStatements } from "../../template/statements.ts";
import { assertSupported } from "../iam/supported.ts";
import { AwsError, type JsonObject } from "../protocol.ts";
import type { Grant } from "./grant.ts";
import { applyDueRotations, schedule, type KeyMaterial, type Rotating } from "./schedule.ts";

interface StoredKey extends Rotating {
  readonly keyId: string;
  readonly arn: string;
  /** In ms. */
  readonly createdAt: number;
  /** In ms; only with PendingDeletion. */
  deletionAt?: number;
  /** As JSON text. */
  policyDocument: string;
  description?: string;
  /** Of an asymmetric key, which signs. */
  readonly spec?: KmsKeyResource["spec"];
  grants?: readonly Grant[];
}

export interface KmsKey extends StoredKey {
  policy: readonly Statement[];
}

export class KeyStore {
  readonly #keys = new Map<string, KmsKey>();
  #aliases: ReadonlyMap<string, string> = new Map();
  readonly #path: string | undefined;
  readonly #now: () => Date;

  /** The stack's policies win over stored ones, as a deployment's would. */
  constructor(resources: readonly KmsKeyResource[], now: () => Date, path?: string) {
    this.#path = path;
    this.#now = now;
    const stored = path ? ((readJsonFile(path) ?? []) as StoredKey[]) : [];
    for (const saved of stored) {
      const deployed = resources.find(({ keyId }) => keyId === saved.keyId);
      const policy = deployed?.policy ?? policyOf(saved.policyDocument);
      this.#keys.set(saved.keyId, { ...saved, policy });
    }
    this.deploy(resources);
  }

  /** Makes what is new, and gives the others their new policies. A key that is no longer deployed stays: it is retained. */
  deploy(resources: readonly KmsKeyResource[]): void {
    for (const resource of resources) this.#deploy(resource);
    const aliases = resources.flatMap(({ keyId, aliases = [] }) =>
      aliases.map((alias) => [alias, keyId] as const),
    );
    this.#aliases = new Map(aliases);
    this.save();
  }

  #deploy(resource: KmsKeyResource): void {
    assertSupported(resource.policy);
    const { keyId, arn, policy, rotationPeriodDays, description, spec } = resource;
    const now = this.#now().getTime();
    const kmsKey = this.#keys.get(keyId) ?? {
      keyId,
      arn,
      createdAt: now,
      state: "Enabled" as const,
      materials: [spec ? newKeyPair() : newMaterial()],
      ...(spec && { spec }),
      policy,
      policyDocument: "",
    };
    kmsKey.policy = policy;
    if (description !== undefined) kmsKey.description = description;
    kmsKey.policyDocument = JSON.stringify(resource.policyDocument);
    if (kmsKey.automatic?.periodDays !== rotationPeriodDays) schedule(kmsKey, rotationPeriodDays, now);
    this.#keys.set(keyId, kmsKey);
  }

  /** By key id or ARN. Throws `NotFoundException`. */
  find(keyIdOrArn: string): KmsKey {
    const found = this.findExisting(keyIdOrArn);
    if (found) return found;
    const what = keyIdOrArn.includes("alias/")
      ? `Invalid keyId '${keyIdOrArn}'`
      : `Key '${keyIdOrArn}' does not exist`;
    throw new AwsError("NotFoundException", what);
  }

  /** By alias name or alias ARN too, which DescribeKey and the cryptographic operations take. */
  findByAnyName(name: string): KmsKey {
    const alias = name.replace(/^arn:aws:kms:[^:]*:[^:]*:(?=alias\/)/, "");
    if (!alias.startsWith("alias/")) return this.find(name);
    const keyId = this.#aliases.get(alias);
    if (keyId === undefined) throw new AwsError("NotFoundException", `Alias ${name} is not found.`);
    return this.find(keyId);
  }

  findExisting(keyIdOrArn: string): KmsKey | undefined {
    return this.all().find((kmsKey) => kmsKey.keyId === keyIdOrArn || kmsKey.arn === keyIdOrArn);
  }

  /** Alias names, each with the id of its key. */
  aliases(): [string, string][] {
    return [...this.#aliases];
  }

  /** As they are now: rotations that are due are done. Without the keys that KMS has deleted by now. */
  all(): KmsKey[] {
    const now = this.#now().getTime();
    const kept = [...this.#keys.values()].filter(
      (kmsKey) => kmsKey.deletionAt === undefined || kmsKey.deletionAt > now,
    );
    if (kept.filter((kmsKey) => applyDueRotations(kmsKey, now, newMaterial)).length > 0) this.save();
    return kept;
  }

  /** To be called after every change of a key. */
  save(): void {
    if (!this.#path) return;
    const stored = [...this.#keys.values()].map(({ policy: _policy, ...kept }): StoredKey => kept);
    writeJsonFile(this.#path, stored);
  }
}

/** Throws an `Error` that names what cannot be read or is not evaluated here. */
export function policyOf(policyDocument: string): readonly Statement[] {
  const { Id: _id, ...evaluated } = JSON.parse(policyDocument) as JsonObject;
  const policy = keyPolicyStatements(evaluated, "Policy");
  assertSupported(policy);
  return policy;
}

function newMaterial(): KeyMaterial {
  return { id: randomBytes(32).toString("hex"), bytes: randomBytes(32).toString("base64") };
}

/** Of an asymmetric key: the private one, as PKCS #8. */
function newKeyPair(): KeyMaterial {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const pkcs8 = privateKey.export({ type: "pkcs8", format: "der" });
  return { id: randomBytes(32).toString("hex"), bytes: pkcs8.toString("base64") };
}

export function currentMaterial(kmsKey: KmsKey): KeyMaterial {
  return kmsKey.materials.at(-1) as KeyMaterial;
}

export type KeyUsage = "ENCRYPT_DECRYPT" | "SIGN_VERIFY";

export function usageOf({ spec }: KmsKey): KeyUsage {
  return spec === undefined ? "ENCRYPT_DECRYPT" : "SIGN_VERIFY";
}

/** The errors of API Reference and Developer Guide, "Key states of AWS KMS keys", for cryptographic operations. */
export function assertUsable(kmsKey: KmsKey, needed: KeyUsage = "ENCRYPT_DECRYPT"): void {
  const usage = usageOf(kmsKey);
  if (usage !== needed)
    throw new AwsError(
      "InvalidKeyUsageException",
      `${kmsKey.arn} key usage is ${usage}, which is not valid for this operation.`,
    );
  if (kmsKey.state === "Disabled") throw new AwsError("DisabledException", `${kmsKey.arn} is disabled.`);
  assertNotPendingDeletion(kmsKey);
}

export function assertNotPendingDeletion(kmsKey: KmsKey): void {
  if (kmsKey.state === "PendingDeletion") {
    throw new AwsError("KMSInvalidStateException", `${kmsKey.arn} is pending deletion.`);
  }
}
