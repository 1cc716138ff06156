/** Signatures of an asymmetric key (KMS API Reference: "Sign", "Verify", "GetPublicKey"; ECDSA in DER, as ANSI X9.62). */
import { createPrivateKey, createPublicKey, sign, verify, type KeyObject } from "node:crypto";
import { AwsError, type JsonObject } from "../protocol.ts";
import { signDigest, verifyDigest } from "./ecdsa.ts";
import { bytes, requiredText, stopIfDryRun, text } from "./input.ts";
import { assertUsable, currentMaterial, type KmsKey } from "./keys.ts";
import { authorisedByAnyName, type KmsOperation, type KmsRequest } from "./operation.ts";

export const signingAlgorithm = "ECDSA_SHA_256";
/** "You can submit messages up to 4096 bytes." */
const maxMessageBytes = 4096;
const digestBytes = 32;

interface Message {
  readonly bytes: Buffer;
  readonly isDigest: boolean;
}

const signOperation: KmsOperation = {
  readOnly: true,
  run(request) {
    const message = messageOf(request.input);
    const { kmsKey, privateKey } = authorisedPair(request, message);
    stopIfDryRun(request.input);
    const signature = message.isDigest
      ? signDigest(privateKey, message.bytes)
      : sign("sha256", message.bytes, privateKey);
    return {
      KeyId: kmsKey.arn,
      Signature: signature.toString("base64"),
      SigningAlgorithm: signingAlgorithm,
    };
  },
};

const verifyOperation: KmsOperation = {
  readOnly: true,
  run(request) {
    const message = messageOf(request.input);
    const signature = bytes(request.input, "Signature", 6144);
    const { kmsKey, privateKey } = authorisedPair(request, message);
    const isValid = message.isDigest
      ? verifyDigest(privateKey, message.bytes, signature)
      : verify("sha256", message.bytes, createPublicKey(privateKey), signature);
    // "If the signature verification fails, the API call fails with a KMSInvalidSignatureException"
    if (!isValid) throw new AwsError("KMSInvalidSignatureException");
    stopIfDryRun(request.input);
    return { KeyId: kmsKey.arn, SignatureValid: true, SigningAlgorithm: signingAlgorithm };
  },
};

const getPublicKey: KmsOperation = {
  readOnly: true,
  run(request) {
    const kmsKey = authorisedByAnyName(request);
    // As seen at AWS: the page names the error, and not when.
    if (!kmsKey.spec)
      throw new AwsError("UnsupportedOperationException", `${kmsKey.arn} is not an asymmetric key.`);
    assertUsable(kmsKey, "SIGN_VERIFY");
    const publicKey = createPublicKey(privateKeyOf(kmsKey)).export({ type: "spki", format: "der" });
    return {
      KeyId: kmsKey.arn,
      PublicKey: publicKey.toString("base64"),
      CustomerMasterKeySpec: kmsKey.spec,
      KeySpec: kmsKey.spec,
      KeyUsage: "SIGN_VERIFY",
      SigningAlgorithms: [signingAlgorithm],
    };
  },
};

/** "When the value of MessageType is DIGEST, the length of the Message value must match the length of hashed messages". */
function messageOf(input: JsonObject): Message {
  const type = text(input, "MessageType") ?? "RAW";
  if (type !== "RAW" && type !== "DIGEST")
    throw new AwsError(
      "ValidationException",
      "Value at 'messageType' must satisfy enum value set: [RAW, DIGEST]",
    );
  const message = bytes(input, "Message", maxMessageBytes);
  if (type === "DIGEST" && message.length !== digestBytes)
    throw new AwsError("ValidationException", `Digest is invalid length for algorithm ${signingAlgorithm}.`);
  return { bytes: message, isDigest: type === "DIGEST" };
}

/** KMS Developer Guide, "AWS KMS condition keys": `kms:MessageType`, `kms:SigningAlgorithm`. */
function authorisedPair(request: KmsRequest, { isDigest }: Message) {
  const asked = requiredText(request.input, "SigningAlgorithm");
  const kmsKey = authorisedByAnyName(request, {
    "kms:SigningAlgorithm": asked,
    "kms:MessageType": isDigest ? "DIGEST" : "RAW",
  });
  assertUsable(kmsKey, "SIGN_VERIFY");
  if (asked === signingAlgorithm) return { kmsKey, privateKey: privateKeyOf(kmsKey) };
  const why = `The signing algorithm is incompatible with key spec ${String(kmsKey.spec)}.`;
  throw new AwsError("InvalidKeyUsageException", why);
}

function privateKeyOf(kmsKey: KmsKey): KeyObject {
  const pkcs8 = Buffer.from(currentMaterial(kmsKey).bytes, "base64");
  return createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" });
}

export const signingOperations: Readonly<Record<string, KmsOperation>> = {
  Sign: signOperation,
  Verify: verifyOperation,
  GetPublicKey: getPublicKey,
};
