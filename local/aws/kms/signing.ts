/** Signatures of an asymmetric key (KMS API Reference: "Sign", "Verify", "GetPublicKey"; ECDSA in DER, as ANSI X9.62). */
import { createPrivateKey, createPublicKey, sign, verify, type KeyObject } from "node:crypto";
import { AwsError, unknownOperation, type JsonObject } from "../protocol.ts";
import { bytes, requiredText, stopIfDryRun, text } from "./input.ts";
import { assertUsable, currentMaterial, type KmsKey } from "./keys.ts";
import { authorisedByAnyName, type KmsOperation } from "./operation.ts";

const algorithm = "ECDSA_SHA_256";
/** "You can submit messages up to 4096 bytes." */
const maxMessageBytes = 4096;

const signOperation: KmsOperation = {
  readOnly: true,
  run(request) {
    const { input } = request;
    const message = messageOf(input);
    const kmsKey = authorisedByAnyName(request, { "kms:SigningAlgorithm": algorithm });
    assertUsable(kmsKey, "SIGN_VERIFY");
    stopIfDryRun(input);
    const signature = sign("sha256", message, privateKeyOf(kmsKey));
    return { KeyId: kmsKey.arn, Signature: signature.toString("base64"), SigningAlgorithm: algorithm };
  },
};

const verifyOperation: KmsOperation = {
  readOnly: true,
  run(request) {
    const { input } = request;
    const message = messageOf(input);
    const signature = bytes(input, "Signature", 6144);
    const kmsKey = authorisedByAnyName(request, { "kms:SigningAlgorithm": algorithm });
    assertUsable(kmsKey, "SIGN_VERIFY");
    stopIfDryRun(input);
    const publicKey = createPublicKey(privateKeyOf(kmsKey));
    if (!verify("sha256", message, publicKey, signature))
      throw new AwsError("KMSInvalidSignatureException", "");
    return { KeyId: kmsKey.arn, SignatureValid: true, SigningAlgorithm: algorithm };
  },
};

const getPublicKey: KmsOperation = {
  readOnly: true,
  run(request) {
    const kmsKey = authorisedByAnyName(request);
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
      SigningAlgorithms: [algorithm],
    };
  },
};

/** Whole messages only: `node:crypto` does not sign a digest that was made elsewhere. */
function messageOf(input: JsonObject): Buffer {
  const asked = requiredText(input, "SigningAlgorithm");
  const message = bytes(input, "Message", maxMessageBytes);
  if ((text(input, "MessageType") ?? "RAW") !== "RAW")
    throw unknownOperation("KMS", "MessageType other than RAW");
  if (asked === algorithm) return message;
  const why = `Algorithm ${asked} is incompatible with key spec ECC_NIST_P256.`;
  throw new AwsError("InvalidKeyUsageException", why);
}

function privateKeyOf(kmsKey: KmsKey): KeyObject {
  const key = Buffer.from(currentMaterial(kmsKey).bytes, "base64");
  return createPrivateKey({ key, format: "der", type: "pkcs8" });
}

export const signingOperations: Readonly<Record<string, KmsOperation>> = {
  Sign: signOperation,
  Verify: verifyOperation,
  GetPublicKey: getPublicKey,
};
