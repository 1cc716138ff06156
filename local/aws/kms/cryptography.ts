/**
 * The cryptographic operations (KMS API Reference, the page of each). Order of the checks: form of the
 * request, authorisation, state of the key, ciphertext, dry run. AWS documents no order; that the state
 * comes after authorisation is what its errors show, the rest is our choice.
 */
import { randomBytes } from "node:crypto";
import { AwsError, type JsonObject } from "../protocol.ts";
import {
  invalidCiphertext,
  openBlob,
  readHeader,
  sealBlob,
  type BlobHeader,
  type EncryptionContext,
} from "./blob.ts";
import { bytes, encryptionContext, integer, requiredText, stopIfDryRun, text } from "./input.ts";
import { assertUsable, currentMaterial, type KmsKey } from "./keys.ts";
import {
  authorisedByAnyName,
  authoriseKey,
  contextConditionKeys,
  type KmsOperation,
  type KmsRequest,
} from "./operation.ts";
import type { KeyMaterial } from "./schedule.ts";

const algorithm = "SYMMETRIC_DEFAULT";
const maxCiphertextBytes = 6144;
const maxPlaintextBytes = 4096;

function generate(request: KmsRequest): { plaintext: Buffer; output: JsonObject } {
  const { input, trail } = request;
  const context = encryptionContext(input);
  const length = dataKeyLength(input);
  const kmsKey = authorisedByAnyName(request, contextConditionKeys(context));
  assertUsable(kmsKey);
  stopIfDryRun(input);
  const plaintext = randomBytes(length);
  const material = currentMaterial(kmsKey);
  trail.additionalEventData = { keyMaterialId: material.id };
  const blob = sealBlob(plaintext, kmsKey.keyId, material, context);
  return {
    plaintext,
    output: { CiphertextBlob: blob.toString("base64"), KeyId: kmsKey.arn, KeyMaterialId: material.id },
  };
}

/** "You must specify either the KeySpec or the NumberOfBytes parameter (but not both)." */
function dataKeyLength(input: JsonObject): number {
  const keySpec = text(input, "KeySpec");
  const length = integer(input, "NumberOfBytes", 1, 1024);
  if ((keySpec === undefined) === (length === undefined)) {
    throw new AwsError("ValidationException", "Please specify either number of bytes or key spec.");
  }
  if (length !== undefined) return length;
  if (keySpec === "AES_256") return 32;
  if (keySpec === "AES_128") return 16;
  throw new AwsError(
    "ValidationException",
    "Value at 'keySpec' must satisfy enum value set: [AES_256, AES_128]",
  );
}

const generateDataKey: KmsOperation = {
  readOnly: true,
  run(request) {
    const { plaintext, output } = generate(request);
    return { ...output, Plaintext: plaintext.toString("base64") };
  },
};

const generateDataKeyWithoutPlaintext: KmsOperation = {
  readOnly: true,
  run: (request) => generate(request).output,
};

const encrypt: KmsOperation = {
  readOnly: true,
  run(request) {
    const context = encryptionContext(request.input);
    const plaintext = bytes(request.input, "Plaintext", maxPlaintextBytes);
    const kmsKey = authorisedByAnyName(request, contextConditionKeys(context));
    assertUsable(kmsKey);
    stopIfDryRun(request.input);
    const material = currentMaterial(kmsKey);
    request.trail.additionalEventData = { keyMaterialId: material.id };
    const blob = sealBlob(plaintext, kmsKey.keyId, material, context);
    return { CiphertextBlob: blob.toString("base64"), KeyId: kmsKey.arn, EncryptionAlgorithm: algorithm };
  },
};

const decrypt: KmsOperation = {
  readOnly: true,
  run(request) {
    const { input, trail } = request;
    const context = encryptionContext(input);
    const source = sourceOf(request, "KeyId");
    authoriseKey(request, source.kmsKey, "Decrypt", contextConditionKeys(context));
    const { plaintext, material } = open(source, context);
    stopIfDryRun(input);
    trail.additionalEventData = { keyMaterialId: material.id };
    return {
      KeyId: source.kmsKey.arn,
      Plaintext: plaintext.toString("base64"),
      EncryptionAlgorithm: algorithm,
      KeyMaterialId: material.id,
    };
  },
};

const reEncrypt: KmsOperation = {
  readOnly: true,
  run(request) {
    const { input, trail } = request;
    const sourceContext = encryptionContext(input, "SourceEncryptionContext");
    const destinationContext = encryptionContext(input, "DestinationEncryptionContext");
    const source = sourceOf(request, "SourceKeyId");
    const destination = request.keys.findByAnyName(requiredText(input, "DestinationKeyId"));
    const sameKey = { "kms:ReEncryptOnSameKey": String(source.kmsKey === destination) };
    authoriseKey(request, source.kmsKey, "ReEncryptFrom", {
      ...contextConditionKeys(sourceContext),
      ...sameKey,
    });
    authoriseKey(request, destination, "ReEncryptTo", {
      ...contextConditionKeys(destinationContext),
      ...sameKey,
    });
    assertUsable(destination);
    const { plaintext, material } = open(source, sourceContext);
    stopIfDryRun(input);
    const destinationMaterial = currentMaterial(destination);
    const blob = sealBlob(plaintext, destination.keyId, destinationMaterial, destinationContext);
    trail.additionalEventData = {
      destinationKeyMaterialId: destinationMaterial.id,
      sourceKeyMaterialId: material.id,
    };
    return {
      CiphertextBlob: blob.toString("base64"),
      SourceKeyId: source.kmsKey.arn,
      KeyId: destination.arn,
      SourceEncryptionAlgorithm: algorithm,
      DestinationEncryptionAlgorithm: algorithm,
      SourceKeyMaterialId: material.id,
      DestinationKeyMaterialId: destinationMaterial.id,
    };
  },
};

interface Source {
  readonly kmsKey: KmsKey;
  readonly blob: Buffer;
  readonly header: BlobHeader;
}

/**
 * The blob and the key to open it with: the one that the request names, else the one that the blob
 * names. A blob of a key that does not exist is answered as damaged; AWS may say AccessDeniedException.
 */
function sourceOf(request: KmsRequest, keyIdMember: string): Source {
  const blob = bytes(request.input, "CiphertextBlob", maxCiphertextBytes);
  const requested = text(request.input, keyIdMember);
  const asked = requested === undefined ? undefined : request.keys.findByAnyName(requested);
  const header = readHeader(blob);
  const kmsKey = asked ?? request.keys.findExisting(header.keyId);
  if (!kmsKey) throw invalidCiphertext();
  return { kmsKey, blob, header };
}

function open(source: Source, context: EncryptionContext): { plaintext: Buffer; material: KeyMaterial } {
  const { kmsKey, blob, header } = source;
  assertUsable(kmsKey);
  if (header.keyId !== kmsKey.keyId) {
    const message = "The key ID in the request does not identify a CMK that can perform this operation.";
    throw new AwsError("IncorrectKeyException", message);
  }
  const material = kmsKey.materials.find(({ id }) => id === header.keyMaterialId);
  if (!material) throw invalidCiphertext();
  return { plaintext: openBlob(blob, header, material, context), material };
}

export const cryptographicOperations: Readonly<Record<string, KmsOperation>> = {
  GenerateDataKey: generateDataKey,
  GenerateDataKeyWithoutPlaintext: generateDataKeyWithoutPlaintext,
  Encrypt: encrypt,
  Decrypt: decrypt,
  ReEncrypt: reEncrypt,
};
