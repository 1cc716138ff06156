import { buffer } from "node:stream/consumers";
import { DigestChain, type TrailProblem } from "./digest-chain.ts";
import type { TrailPublicKey } from "./digest.ts";
import type { FileRead } from "./ledger.ts";
import { readTrailFile } from "./trail-file.ts";
import { baseName, wholeSeconds } from "./trail-names.ts";
import type { ListedFile, TrailSource } from "./trail-source.ts";

export interface TrailCheckPorts {
  readonly source: TrailSource;
  /** CloudTrail's, for the region and the time (ISO 8601): `ListPublicKeys`. */
  readonly publicKeys: (from: string, to: string) => Promise<readonly TrailPublicKey[]>;
  /** What the ledger knows to have been there; nothing where there is no ledger at hand. */
  readonly filesRead: (from: string, to: string) => AsyncIterable<Pick<FileRead, "name" | "hash">>;
  readonly now: () => Date;
  readonly onProgress?: (files: number) => void;
}

/** What was found of the trail's files. */
export interface TrailCheck {
  readonly files: number;
  readonly problems: readonly TrailProblem[];
  readonly digests: number;
  readonly covered: DigestChain["covered"];
  /** Log files that no digest speaks of, since none is there for their time. */
  readonly beforeDigests: number;
  readonly afterDigests: number;
  /** Files that the ledger knows. */
  readonly known: number;
}

const HOUR_MS = 3_600_000;
/** A digest comes every hour, also where nothing happened; it may take a while. */
const DIGEST_OVERDUE_MS = 3 * HOUR_MS;
/** A file delivered as an hour ends may be in the next digest. */
const AT_THE_END_MS = 10 * 60_000;

/**
 * Reads every log file of a time (ISO 8601, whole seconds), and holds them against what CloudTrail's digests and the
 * ledger say was delivered. Hashes of files are in memory, calls are not.
 *
 * @param take - gets each record, and the file that it is in.
 */
export async function checkTrail(
  ports: TrailCheckPorts,
  from: string,
  to: string,
  take: (record: unknown, file: ListedFile) => void,
  isWanted: (text: string) => boolean,
): Promise<TrailCheck> {
  const chain = await chainOf(ports, from, to);
  const known = new Map<string, Pick<FileRead, "name" | "hash">>();
  for await (const file of ports.filesRead(from, to)) known.set(baseName(file.name), file);
  const problems: TrailProblem[] = [...chain.problems];
  const seen = new Set<string>();
  const uncovered = { before: 0, after: 0 };
  for await (const file of ports.source.list("log", from, to)) {
    seen.add(baseName(file.name));
    ports.onProgress?.(seen.size);
    const content = await ports.source.open(file.name);
    // Deleted between the listing and now, or a marker over a version.
    if (!content) {
      problems.push({ kind: "trail_file_missing", where: file.name });
      continue;
    }
    const read = await readTrailFile(
      content.body,
      (record) => {
        take(record, file);
      },
      isWanted,
    );
    problems.push(...problemsOf(file, read, chain, known));
    if (!chain.files.has(baseName(file.name)) && chain.covered && !chain.shouldHave(file.at))
      uncovered[file.at < chain.covered.from ? "before" : "after"] += 1;
  }
  problems.push(...missingOf(chain, known, seen, from, to));
  return {
    files: seen.size,
    problems,
    digests: chain.count,
    covered: chain.covered,
    beforeDigests: uncovered.before,
    afterDigests: uncovered.after,
    known: known.size,
  };
}

async function chainOf(
  { source, publicKeys, now }: TrailCheckPorts,
  from: string,
  to: string,
): Promise<DigestChain> {
  const until = later(to, 2 * HOUR_MS);
  const chain = new DigestChain(await publicKeys(from, until), from);
  for await (const file of source.list("digest", from, until)) {
    const content = await source.open(file.name);
    if (content) chain.add(file, await buffer(content.body as NodeJS.ReadableStream), content.signature);
    else chain.problems.push({ kind: "digest_missing", where: file.name });
  }
  chain.end();
  const end = Math.min(Date.parse(until), now().getTime());
  if (chain.covered && Date.parse(chain.covered.to) < end - DIGEST_OVERDUE_MS)
    chain.problems.push({ kind: "digest_missing", where: `after ${chain.covered.to}` });
  return chain;
}

function problemsOf(
  file: ListedFile,
  read: { readonly hash?: string; readonly problem?: string },
  chain: DigestChain,
  known: ReadonlyMap<string, Pick<FileRead, "hash">>,
): TrailProblem[] {
  const where = file.name;
  if (read.problem !== undefined) return [{ kind: "trail_file_malformed", where }];
  const said = [chain.files.get(baseName(where)), known.get(baseName(where))?.hash];
  if (said.some((hash) => hash !== undefined && hash !== read.hash))
    return [{ kind: "trail_file_changed", where }];
  const isInDigest = chain.files.has(baseName(where));
  if (!isInDigest && chain.shouldHave(file.at) && chain.shouldHave(later(file.at, AT_THE_END_MS)))
    return [{ kind: "trail_file_not_in_digest", where }];
  return [];
}

/** What a digest or the ledger knows and the bucket has not. Of other times than were looked at nothing is said. */
function missingOf(
  chain: DigestChain,
  known: ReadonlyMap<string, Pick<FileRead, "name">>,
  seen: ReadonlySet<string>,
  from: string,
  to: string,
): TrailProblem[] {
  const names = new Map([...known].map(([name, file]) => [name, file.name]));
  for (const [name, { object, at }] of chain.named) if (at >= from && at <= to) names.set(name, object);
  const gone = [...names].filter(([name]) => !seen.has(name)).map(([, where]) => where);
  return gone.toSorted().map((where) => ({ kind: "trail_file_missing", where }));
}

function later(at: string, milliseconds: number): string {
  return wholeSeconds(Date.parse(at) + milliseconds);
}
