/** The KMS keys of the account: state, key material, policy; in memory and, where a file is given, in it. */
import { randomBytes } from "node:crypto";
import type { KmsKeyResource, Statement } from "../../stack.ts";
import { readJsonFile, writeJsonFile } from "../files.ts";
import { keyPolicyStatements } from "../../template/statements.ts";
import { assertSupported } from "../iam/supported.ts";
import { AwsError, type JsonObject } from "../protocol.ts";

export interface KeyMaterial {
  /** 64 hexadecimal digits, as KMS's. */
  readonly id: string;
  /** 32 bytes in base64. In clear: this is an emulation. */
  readonly bytes: string;
  /** When a rotation made it current, in ms; the first one has none. */
  readonly rotatedAt?: number;
}

interface StoredKey {
  readonly keyId: string;
  readonly arn: string;
  /** In ms. */
  readonly createdAt: number;
  state: "Enabled" | "Disabled" | "PendingDeletion";
  /** In ms; only with PendingDeletion. */
  deletionAt?: number;
  /** As JSON text. */
  policyDocument: string;
  /** Oldest first; the last is the current one. */
  materials: KeyMaterial[];
}

export interface KmsKey extends StoredKey {
  policy: readonly Statement[];
}

export class KeyStore {
  readonly #keys = new Map<string, KmsKey>();
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
    for (const resource of resources) this.#deploy(resource);
    this.save();
  }

  #deploy(resource: KmsKeyResource): void {
    assertSupported(resource.policy);
    const existing = this.#keys.get(resource.keyId);
    const fresh = { createdAt: this.#now().getTime(), state: "Enabled" as const, materials: [newMaterial()] };
    this.#keys.set(resource.keyId, {
      ...(existing ?? fresh),
      keyId: resource.keyId,
      arn: resource.arn,
      policyDocument: JSON.stringify(resource.policyDocument),
      policy: resource.policy,
    });
  }

  /** By key id or ARN. Throws `NotFoundException`; there are no aliases here. */
  find(keyIdOrArn: string): KmsKey {
    const found = this.findExisting(keyIdOrArn);
    if (found) return found;
    const what = keyIdOrArn.includes("alias/")
      ? `Alias ${keyIdOrArn} is not found.`
      : `Key '${keyIdOrArn}' does not exist`;
    throw new AwsError("NotFoundException", what);
  }

  findExisting(keyIdOrArn: string): KmsKey | undefined {
    return this.all().find((kmsKey) => kmsKey.keyId === keyIdOrArn || kmsKey.arn === keyIdOrArn);
  }

  /** Without the keys whose waiting period is over: KMS has deleted them. */
  all(): KmsKey[] {
    const now = this.#now().getTime();
    return [...this.#keys.values()].filter(
      (kmsKey) => kmsKey.deletionAt === undefined || kmsKey.deletionAt > now,
    );
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

export function newMaterial(rotatedAt?: number): KeyMaterial {
  return {
    id: randomBytes(32).toString("hex"),
    bytes: randomBytes(32).toString("base64"),
    ...(rotatedAt === undefined ? {} : { rotatedAt }),
  };
}

export function currentMaterial(kmsKey: KmsKey): KeyMaterial {
  return kmsKey.materials.at(-1) as KeyMaterial;
}

/** The errors of API Reference and Developer Guide, "Key states of AWS KMS keys", for cryptographic operations. */
export function assertUsable(kmsKey: KmsKey): void {
  if (kmsKey.state === "Disabled") throw new AwsError("DisabledException", `${kmsKey.arn} is disabled.`);
  assertNotPendingDeletion(kmsKey);
}

export function assertNotPendingDeletion(kmsKey: KmsKey): void {
  if (kmsKey.state === "PendingDeletion") {
    throw new AwsError("KMSInvalidStateException", `${kmsKey.arn} is pending deletion.`);
  }
}
