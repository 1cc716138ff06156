/** Digests as CloudTrail writes them, signed by a key pair of the test's. */
import { generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { gzipSync } from "node:zlib";
import { dataToSign, digestOf, sha256, type TrailPublicKey } from "../../lib/witness/digest.ts";
import { trailFileName, type TrailFileName } from "../../lib/witness/trail-names.ts";

export interface MadeDigest {
  readonly file: TrailFileName;
  readonly content: Uint8Array;
  readonly compressed: Uint8Array;
  readonly signature: string;
}

export class DigestMaker {
  readonly #privateKey: KeyObject;
  readonly publicKey: TrailPublicKey;
  readonly #place: { readonly account: string; readonly region: string; readonly bucket: string };
  #last: MadeDigest | undefined;

  constructor(place = { account: "123456789012", region: "eu-central-1", bucket: "trail" }) {
    const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    this.#privateKey = privateKey;
    this.#place = place;
    this.publicKey = {
      fingerprint: "f".repeat(32),
      value: publicKey.export({ format: "der", type: "pkcs1" }),
    };
  }

  /** Of the hour that ends then; `starts`: a chain of its own begins with it. */
  make(
    end: string,
    files: readonly { readonly name: string; readonly content: Uint8Array }[],
    starts = false,
  ): MadeDigest {
    const { account, region, bucket } = this.#place;
    const previous = starts ? undefined : this.#last;
    const time = end.replaceAll(/[-:]/g, "");
    const day = end.slice(0, 10).replaceAll("-", "/");
    const object = `AWSLogs/${account}/CloudTrail-Digest/${region}/${day}/${account}_CloudTrail-Digest_${region}_t_${region}_${time}.json.gz`;
    const content = Buffer.from(
      JSON.stringify({
        awsAccountId: account,
        digestStartTime: new Date(Date.parse(end) - 3_600_000).toISOString().replace(".000Z", "Z"),
        digestEndTime: end,
        digestS3Bucket: bucket,
        digestS3Object: object,
        digestPublicKeyFingerprint: this.publicKey.fingerprint,
        digestSignatureAlgorithm: "SHA256withRSA",
        newestEventTime: null,
        oldestEventTime: null,
        previousDigestS3Bucket: previous ? bucket : null,
        previousDigestS3Object: previous?.file.name ?? null,
        previousDigestHashValue: previous ? sha256(previous.content) : null,
        previousDigestHashAlgorithm: previous ? "SHA-256" : null,
        previousDigestSignature: previous?.signature ?? null,
        logFiles: files.map(({ name, content: log }) => ({
          ...{ s3Bucket: bucket, s3Object: name, hashValue: sha256(log), hashAlgorithm: "SHA-256" },
        })),
      }),
    );
    const digest = digestOf(content);
    const file = trailFileName(object);
    if (!digest || !file) throw new Error("the test makes no digest");
    const signature = sign("sha256", dataToSign(digest, content), this.#privateKey).toString("hex");
    this.#last = { file, content, compressed: gzipSync(content), signature };
    return this.#last;
  }
}
