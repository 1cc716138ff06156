import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { DigestChain } from "../../../lib/witness/digest-chain.ts";
import { dataToSign, digestOf, isSigned } from "../../../lib/witness/digest.ts";
import { DigestMaker, type MadeDigest } from "../../support/trail-digests.ts";

/** CloudTrail User Guide, "CloudTrail digest file structure": the sample, its hashes and signatures cut short. */
const documented = {
  awsAccountId: "111122223333",
  digestStartTime: "2015-08-17T14:01:31Z",
  digestEndTime: "2015-08-17T15:01:31Z",
  digestS3Bucket: "S3-bucket-name",
  digestS3Object:
    "AWSLogs/111122223333/CloudTrail-Digest/us-east-2/2015/08/17/111122223333_CloudTrail-Digest_us-east-2_your-trail-name_us-east-2_20150817T150131Z.json.gz",
  digestPublicKeyFingerprint: "31e8b5433410dfb61a9dc45cc65b22ff",
  digestSignatureAlgorithm: "SHA256withRSA",
  newestEventTime: "2015-08-17T14:52:27Z",
  oldestEventTime: "2015-08-17T14:42:27Z",
  previousDigestS3Bucket: "S3-bucket-name",
  previousDigestS3Object:
    "AWSLogs/111122223333/CloudTrail-Digest/us-east-2/2015/08/17/111122223333_CloudTrail-Digest_us-east-2_your-trail-name_us-east-2_20150817T140131Z.json.gz",
  previousDigestHashValue: "97fb791cf91ffc440d274f8190dbdd9aa09c34432aba82739df18b6d3c13df2d",
  previousDigestHashAlgorithm: "SHA-256",
  previousDigestSignature: "50887ccffad4c002b97caa37cc9dc626",
  logFiles: [
    {
      s3Bucket: "S3-bucket-name",
      s3Object:
        "AWSLogs/111122223333/CloudTrail/us-east-2/2015/08/17/111122223333_CloudTrail_us-east-2_20150817T1445Z_9nYN7gp2eWAJHIfT.json.gz",
      hashValue: "9bb6196fc6b84d6f075a56548feca262bd99ba3c2de41b618e5b6e22c1fc71f6",
      hashAlgorithm: "SHA-256",
      newestEventTime: "2015-08-17T14:52:27Z",
      oldestEventTime: "2015-08-17T14:42:27Z",
    },
  ],
};

describe("a digest", () => {
  const content = Buffer.from(JSON.stringify(documented));

  test("of AWS's documentation is read, with what it says of the one before", () => {
    expect(digestOf(content)).toMatchObject({
      bucket: "S3-bucket-name",
      fingerprint: "31e8b5433410dfb61a9dc45cc65b22ff",
      previous: { hash: documented.previousDigestHashValue, signature: documented.previousDigestSignature },
      logFiles: [{ object: documented.logFiles[0]?.s3Object, hash: documented.logFiles[0]?.hashValue }],
    });
  });

  test("is signed over its end, its place, its hash and the signature before, in four lines", () => {
    const digest = digestOf(content);
    const lines = digest ? Buffer.from(dataToSign(digest, content)).toString().split("\n") : [];
    expect(lines).toEqual([
      "2015-08-17T15:01:31Z",
      `S3-bucket-name/${documented.digestS3Object}`,
      expect.stringMatching(/^[0-9a-f]{64}$/),
      documented.previousDigestSignature,
    ]);
  });

  test("of a beginning has null for the signature before", () => {
    const first = digestOf(Buffer.from(JSON.stringify({ ...documented, previousDigestSignature: null })));
    expect(first?.previous).toBeUndefined();
    expect(first && Buffer.from(dataToSign(first, content)).toString().endsWith("\nnull")).toBe(true);
  });

  test("is signed by one of CloudTrail's keys, in both encodings, and by no other", () => {
    const maker = new DigestMaker();
    const { content: bytes, signature } = maker.make("2026-11-25T10:00:00Z", []);
    const digest = digestOf(bytes);
    const by = (signed: string, publicKeys = [maker.publicKey]) =>
      digest !== undefined && isSigned(digest, bytes, signed, publicKeys);
    expect(by(signature)).toBe(true);
    const others = [`${signature.slice(0, -2)}00`, "", "not hexadecimal", signature.slice(2)];
    for (const other of others) expect(by(other), other).toBe(false);
    expect(by(signature, [])).toBe(false);
    expect(by(signature, [new DigestMaker().publicKey])).toBe(false);
    expect(by(signature, [{ ...maker.publicKey, value: Buffer.from("no key") }])).toBe(false);
  });

  test.each(["", "[]", "{}", "nothing", '{"digestS3Object":7}'])("%j is none", (text) => {
    expect(digestOf(Buffer.from(text))).toBeUndefined();
  });
});

describe("a chain of digests", () => {
  const log = { name: "AWSLogs/1/CloudTrail/a_log_file.json.gz", content: Buffer.from("log") };
  const hours = ["2026-11-25T10:00:00Z", "2026-11-25T11:00:00Z", "2026-11-25T12:00:00Z"];
  const maker = new DigestMaker();
  const [one, two, three] = hours.map((hour, index) => maker.make(hour, [log], index === 0)) as [
    MadeDigest,
    MadeDigest,
    MadeDigest,
  ];
  const chainOf = (digests: readonly MadeDigest[]) => {
    const chain = new DigestChain([maker.publicKey]);
    for (const { file, compressed, signature } of digests) chain.add(file, compressed, signature);
    chain.end();
    return chain;
  };

  test("that is whole has no problem, and says what it covers", () => {
    const chain = chainOf([one, two, three]);
    expect(chain.problems).toEqual([]);
    expect(chain.covered).toEqual({ from: "2026-11-25T09:00:00Z", to: "2026-11-25T12:00:00Z" });
    expect([...chain.files.keys()]).toEqual(["a_log_file.json.gz"]);
    expect([chain.shouldHave("2026-11-25T09:30:00Z"), chain.shouldHave("2026-11-25T12:00:00Z")]).toEqual([
      true,
      false,
    ]);
  });

  test("needs no signature beside a digest that the next one repeats; the last one's nobody repeats", () => {
    const unsigned = (digest: MadeDigest) => ({ ...digest, signature: undefined as unknown as string });
    expect(chainOf([unsigned(one), unsigned(two), three]).problems).toEqual([]);
    expect(chainOf([one, unsigned(two)]).problems).toEqual([
      { kind: "digest_unsigned", where: two.file.name },
    ]);
  });

  test("of which one was deleted names it", () => {
    expect(chainOf([one, three]).problems).toEqual([{ kind: "digest_missing", where: two.file.name }]);
  });

  test("of which one was changed, or put in another's place, names it", () => {
    const changed = gzipSync(Buffer.from(two.content).toString().replace("a_log_file", "b_log_file"));
    const kinds = (digest: MadeDigest) =>
      chainOf([one, digest, three]).problems.map(
        ({ kind, where }) => `${kind} ${where === two.file.name ? "two" : where}`,
      );
    expect(kinds({ ...two, compressed: changed })).toEqual([
      "digest_chain_broken two",
      "digest_unsigned two",
    ]);
    expect(kinds({ ...two, compressed: one.compressed })).toContain("digest_malformed two");
    expect(kinds({ ...two, compressed: Buffer.from("no gzip") })).toContain("digest_malformed two");
  });

  test("that somebody without CloudTrail's key made anew is not signed", () => {
    const forger = new DigestMaker();
    const forged = hours.map((hour, index) => forger.make(hour, [], index === 0));
    expect(chainOf(forged).problems.map(({ kind }) => kind)).toEqual(hours.map(() => "digest_unsigned"));
  });

  test("that begins anew in its middle is broken: logging or validation was stopped", () => {
    const again = maker.make("2026-11-25T15:00:00Z", [], true);
    expect(chainOf([one, two, three, again]).problems).toEqual([
      { kind: "digest_chain_broken", where: again.file.name },
    ]);
  });
});
