/** The trail in a folder of evidence: its files as they are, and what it takes to judge them without AWS. */
import { createWriteStream } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { OperatorError } from "../../jobs/operator-error.ts";
import type { CompletenessOptions } from "../../witness/completeness-of.ts";
import { sha256, type TrailPublicKey } from "../../witness/digest.ts";
import { isObject, listOf, objectOf, parsedJson, textOf } from "../../witness/json.ts";
import { trailFolder } from "../../witness/trail-folder.ts";
import { trailFileName, wholeSeconds } from "../../witness/trail-names.ts";
import type { TrailSource } from "../../witness/trail-source.ts";
import { placeOf } from "./witness.ts";

export interface FolderWitness extends CompletenessOptions {
  readonly source: TrailSource | undefined;
  readonly publicKeys: readonly TrailPublicKey[];
  readonly filesRead: readonly { readonly name: string; readonly hash?: string; readonly at: string }[];
  readonly takenAt: Date;
  /** Of its file, hexadecimal. */
  readonly sha256: string;
}

export interface WitnessToTake extends CompletenessOptions {
  readonly source: TrailSource;
  readonly publicKeys: (from: string, to: string) => Promise<readonly TrailPublicKey[]>;
  readonly filesRead: (
    from: string,
    to: string,
  ) => AsyncIterable<{ readonly name: string; readonly hash?: string }>;
  readonly takenAt: Date;
}

const file = "witness.json";
const trail = "trail";

/** @param from - ISO 8601, whole seconds: since when. @returns how many files of the trail there are. */
export async function writeWitness(
  witness: WitnessToTake,
  folder: string,
  from: string,
  onProgress: (files: number) => void,
): Promise<number> {
  const { source, rules, graceSeconds, takenAt } = witness;
  const to = wholeSeconds(takenAt.getTime());
  // What speaks of files comes before the files: those that are delivered meanwhile are then not missed.
  const filesRead: { name: string; hash?: string }[] = [];
  for await (const { name, hash } of witness.filesRead(from, to))
    filesRead.push({ name, ...(hash !== undefined && { hash }) });
  let files = 0;
  for (const kind of ["digest", "log"] as const)
    for await (const { name } of source.list(kind, from, to)) {
      const content = await source.open(name);
      if (!content) continue;
      const target = path.join(folder, trail, ...name.split("/").filter((part) => part !== ".."));
      await mkdir(path.dirname(target), { recursive: true, mode: 0o700 });
      await pipeline(Readable.from(content.body), createWriteStream(target, { mode: 0o600 }));
      if (content.signature !== undefined)
        await writeFile(`${target}.signature`, content.signature, { mode: 0o600 });
      files += 1;
      onProgress(files);
    }
  const publicKeys = (await witness.publicKeys(from, to)).map(({ fingerprint, value }) => ({
    fingerprint,
    value: Buffer.from(value).toString("base64"),
  }));
  const written = {
    schemaVersion: 1,
    takenAt: takenAt.toISOString(),
    rules,
    graceSeconds,
    publicKeys,
    filesRead,
  };
  await writeFile(path.join(folder, file), `${JSON.stringify(written)}\n`, { mode: 0o600 });
  return files;
}

/** @throws {OperatorError} `SOURCE_UNAVAILABLE` where it is there and not as it was written. */
export async function readWitness(folder: string): Promise<FolderWitness> {
  const text = await readFile(path.join(folder, file), "utf8").catch(() => undefined);
  if (text === undefined) return noWitness;
  const written = parsedJson(text);
  if (!isObject(written) || written["schemaVersion"] !== 1) throw unreadable();
  const rules = rulesOf(written["rules"]);
  const takenAt = new Date(textOf(written["takenAt"]) ?? "");
  const graceSeconds = Number(written["graceSeconds"]);
  if (Number.isNaN(takenAt.getTime()) || !(graceSeconds >= 0)) throw unreadable();
  return {
    source: trailFolder(path.join(folder, trail), placeOf(rules.kmsKeys[0] ?? "")),
    ...{ rules, graceSeconds, takenAt, sha256: sha256(Buffer.from(text)) },
    publicKeys: listOf(written["publicKeys"]).map((one) => {
      const { fingerprint, value } = objectOf(one);
      return { fingerprint: textOf(fingerprint) ?? "", value: Buffer.from(textOf(value) ?? "", "base64") };
    }),
    filesRead: listOf(written["filesRead"]).map((one) => {
      const name = textOf(objectOf(one)["name"]) ?? "";
      const hash = textOf(objectOf(one)["hash"]);
      return { name, at: trailFileName(name)?.at ?? "", ...(hash !== undefined && { hash }) };
    }),
  };
}

function rulesOf(value: unknown): FolderWitness["rules"] {
  const { stage, kmsKeys, longestInvocationSeconds: seconds, roles, jobRoles } = objectOf(value);
  const of = (use: string) => listOf(objectOf(roles)[use]).map(String);
  if (typeof stage !== "string" || typeof seconds !== "number" || listOf(kmsKeys).length === 0)
    throw unreadable();
  return {
    ...{ stage, longestInvocationSeconds: seconds, kmsKeys: listOf(kmsKeys).map(String) },
    roles: { opening: of("opening"), saving: of("saving"), rewrapping: of("rewrapping") },
    ...(jobRoles !== undefined && { jobRoles: listOf(jobRoles).map(String) }),
  };
}

const noWitness: FolderWitness = {
  ...{ source: undefined, publicKeys: [], filesRead: [], graceSeconds: 0, takenAt: new Date(0), sha256: "" },
  rules: {
    stage: "",
    kmsKeys: [],
    longestInvocationSeconds: 0,
    roles: { opening: [], saving: [], rewrapping: [] },
  },
};

function unreadable(): OperatorError {
  return new OperatorError(
    "SOURCE_UNAVAILABLE",
    `The folder's ${file} is not one that waxseal audit export wrote`,
  );
}
