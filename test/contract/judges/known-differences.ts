/**
 * Where a judge is known to differ from AWS's documentation: judge → suite → test name → why. The test
 * is still run there and must fail, so an entry that is no longer true fails the run; so does one that
 * names no test. Found with the versions that `run.ts` installs, November 2026.
 */
export type Judge = "dynamodb-local" | "moto";
export type Suite = "dynamodb" | "kms" | "s3";

type Differences = Readonly<Record<string, string>>;

const noMaterialIds = "its answers have no key material ids";
const hashesDigests = "it hashes a digest as it does a message";
const checksNoDigests = "it checks no digests";
const usesAnyState = "its cryptographic operations do not look at the key's state";

export const knownDifferences: Readonly<Record<Judge, Readonly<Record<Suite, Differences>>>> = {
  "dynamodb-local": {
    dynamodb: {
      "DescribeContinuousBackups says that there is no point-in-time recovery unless it is on":
        "it does not have the operation",
    },
    kms: {},
    s3: {},
  },
  moto: {
    dynamodb: {
      "a batch of more than 25 writes, or with one item twice, is refused": "it takes one item twice",
      "a write that changes nothing, or that fails its condition, makes no record":
        "it makes a MODIFY record of every successful write",
      "changes at once make records that follow from one another":
        "an update that makes an item records an INSERT before the update, and a MODIFY",
    },
    kms: {
      "GenerateDataKey and Decrypt name the key material": noMaterialIds,
      "Decrypt names the encryption algorithm": "its Decrypt answers no EncryptionAlgorithm",
      "Decrypt with another key's KeyId is refused as the incorrect key": "it answers AccessDeniedException",
      "ReEncrypt to a disabled key is refused": usesAnyState,
      "ReEncrypt to the same key moves to its current key material": noMaterialIds,
      "a disabled key does nothing until it is enabled again, and then opens what it sealed": usesAnyState,
      "a key that is pending deletion cannot be used; cancelled, it is disabled": usesAnyState,
      "the waiting period of a deletion is 7 to 30 days, 30 where none is given": "it takes any period",
      "what would succeed is answered with DryRunOperationException": "it has no dry run",
      "after a rotation new seals use new material and old ones still open with theirs": noMaterialIds,
      "ListKeyRotations names every material and the current one": noMaterialIds,
      "a key is rotated on demand 25 times at most": "it has no such limit",
      "a disabled key is not rotated": "it rotates a disabled key",
      "the next automatic rotation is a period after it was switched on, by default a year":
        "its status has neither period nor date",
      "the period of automatic rotation is 90 to 2,560 days": "it takes any period",
      "a disabled key's automatic rotation is neither switched on nor off": usesAnyState,
      "a policy that is no JSON is malformed": "it takes any text",
      "a policy that would lock its own author out is refused": "it does not check for lockout",
      "verify by the public key, with KMS and without": "its GetPublicKey answers the id, not the ARN",
      "of anything else are refused": "its Verify answers SignatureValid: false and no exception",
      "are not made by a symmetric key, which has no public one; nor data keys by one that signs":
        "it answers ValidationException",
      "are of messages of 4,096 bytes at most": "it signs messages of any length",
      "of a digest are those of what it was made from": hashesDigests,
      "of a digest of another length are refused": hashesDigests,
      "by another algorithm than the key's are refused": "it answers ValidationException",
      "are not made by a disabled key": usesAnyState,
      "a key that makes them is not rotated": "it rotates asymmetric keys too",
    },
    s3: {
      "a body that does not match its digest is refused, and nothing is stored": checksNoDigests,
      "a checksum is kept, and told to whoever asks for it": "it keeps none that comes in a header",
      "a checksum that is of another body is refused": checksNoDigests,
      "a Content-MD5 that is none is invalid": checksNoDigests,
      "a name is of 1,024 bytes at most": "it takes longer ones",
      "that are markers are not read, and deleted they show again what they hid":
        "it answers NoSuchVersion for a marker",
      "that are asked for need a mode and a date to come":
        "it takes a mode without a date, and a date that is past",
      "of compliance let nobody delete a version; a marker may hide it":
        "its lock configuration is XML that the SDK does not parse",
    },
  },
};
