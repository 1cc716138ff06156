import { gunzipSync } from "node:zlib";
import { digestOf, isSigned, sha256, type Digest, type TrailPublicKey } from "./digest.ts";
import { baseName, trailFileName, type TrailFileName } from "./trail-names.ts";

/** What is wrong with the witness, and with which of its files. */
export interface TrailProblem {
  readonly kind:
    | "trail_file_missing"
    | "trail_file_changed"
    | "trail_file_malformed"
    | "trail_file_not_in_digest"
    | "digest_missing"
    | "digest_malformed"
    | "digest_unsigned"
    | "digest_chain_broken"
    /** There are claims, and no `Decrypt` at all: CloudTrail does not log KMS, or these are not its files. */
    | "trail_silent"
    /** Of evidence in a folder: what it says of the deployment is not what was taken, or says too early a time. */
    | "witness_changed"
    | "witness_backdated";
  /** The object's name; of `trail_silent` how many claims. */
  readonly where: string;
}

/** What digests say of the log files, gone through from the oldest to the newest. */
export class DigestChain {
  /** Hashes of the log files that were delivered, by `baseName`. */
  readonly files = new Map<string, string>();
  /** Their names and times (ISO 8601), by `baseName`. */
  readonly named = new Map<string, { readonly object: string; readonly at: string }>();
  readonly problems: TrailProblem[] = [];
  /** From when to when digests are there and signed; absent where there is none. */
  covered: { from: string; to: string } | undefined;
  readonly #publicKeys: readonly TrailPublicKey[];
  readonly #from: string;
  readonly #last = new Map<string, { digest: Digest; content: Uint8Array; signature: string | undefined }>();
  #count = 0;

  /** @param from - ISO 8601: earlier digests were not looked for. */
  constructor(publicKeys: readonly TrailPublicKey[], from = "9") {
    this.#publicKeys = publicKeys;
    this.#from = from;
  }

  get count(): number {
    return this.#count;
  }

  /**
   * @param signature - of the object's metadata; where somebody copied the files without it, the next digest has it.
   */
  add(file: TrailFileName, compressed: Uint8Array, signature: string | undefined): void {
    const content = unzipped(compressed);
    const digest = content && digestOf(content);
    if (!digest || !isAt(file.name, digest.object)) return this.#problem("digest_malformed", file.name);
    this.#count += 1;
    const last = this.#last.get(file.series);
    this.#follow(file, digest, last);
    if (last) this.#judge(last, digest);
    this.#last.set(file.series, { digest, content, signature });
    for (const { object, hash } of digest.logFiles) {
      this.files.set(baseName(object), hash);
      this.named.set(baseName(object), { object, at: trailFileName(object)?.at ?? "" });
    }
    this.#cover(digest);
  }

  /** When all were added. */
  end(): void {
    for (const last of this.#last.values()) this.#judge(last);
  }

  /** Whether a log file, by the time of its name, should be in a digest. */
  shouldHave(at: string): boolean {
    return this.covered !== undefined && at >= this.covered.from && at < this.covered.to;
  }

  #follow(
    { name, isBackfill }: TrailFileName,
    digest: Digest,
    last: { digest: Digest; content: Uint8Array } | undefined,
  ): void {
    if (isBackfill) return;
    if (!last) return this.#expectBefore(digest);
    if (!digest.previous) return this.#problem("digest_chain_broken", name);
    if (digest.previous.object !== last.digest.object)
      return this.#problem("digest_missing", digest.previous.object);
    if (digest.previous.hash !== sha256(last.content))
      this.#problem("digest_chain_broken", last.digest.object);
  }

  /** The first that is there may not be the first that was. */
  #expectBefore({ previous }: Digest): void {
    const at = previous && trailFileName(previous.object)?.at;
    if (previous && at !== undefined && at >= this.#from) this.#problem("digest_missing", previous.object);
  }

  /** The signature that the next digest repeats cannot be that of a digest which was replaced since. */
  #judge(
    { digest, content, signature }: { digest: Digest; content: Uint8Array; signature: string | undefined },
    next?: Digest,
  ): void {
    const repeated = next?.previous?.object === digest.object ? next.previous.signature : undefined;
    const known = signature ?? repeated;
    if (known === undefined || !isSigned(digest, content, known, this.#publicKeys))
      this.#problem("digest_unsigned", digest.object);
    else if (repeated !== undefined && repeated !== known)
      this.#problem("digest_chain_broken", digest.object);
  }

  #cover({ startTime, endTime }: Digest): void {
    const { from, to } = this.covered ?? { from: startTime, to: endTime };
    this.covered = { from: startTime < from ? startTime : from, to: endTime > to ? endTime : to };
  }

  #problem(kind: TrailProblem["kind"], where: string): void {
    this.problems.push({ kind, where });
  }
}

/** A digest says where it was delivered; in a copy of the bucket it lies in the same folders. */
function isAt(name: string, object: string): boolean {
  return name === object || name.endsWith(`/${object}`) || object.endsWith(`/${name}`);
}

const MOST_BYTES = 256 * 1024 * 1024;

function unzipped(compressed: Uint8Array): Uint8Array | undefined {
  try {
    return gunzipSync(compressed, { maxOutputLength: MOST_BYTES });
  } catch {
    return undefined;
  }
}
