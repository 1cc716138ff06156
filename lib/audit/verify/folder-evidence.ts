/** Evidence in a folder, as `waxseal audit export --evidence` writes it: to be verified elsewhere, without AWS. */
import { createReadStream } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { OperatorError } from "../../jobs/operator-error.ts";
import { canonicalBytes } from "../canonical.ts";
import { checkpointPrefix, manifestPrefix, publicKeyName } from "../manifest-store.ts";
import type { Evidence, EvidenceObject, RecordHead } from "./evidence.ts";

const files = { events: "events.jsonl", heads: "records.jsonl", objects: "objects.jsonl" } as const;

/** @param trustedKey - PEM of the auditor's own file; without one no signature can be trusted. */
export async function folderEvidence(folder: string, trustedKey: string | undefined): Promise<Evidence> {
  const pinned = await readFile(join(folder, publicKeyName), "utf8").catch(() => undefined);
  const names = await namesIn(folder);
  return {
    restsOn: [
      `the folder ${folder}`,
      trustedKey === undefined
        ? "no signature: no public key was given"
        : "signatures, by the public key given",
    ],
    publicKeys: { pinned, trusted: trustedKey },
    events: () => lines(join(folder, files.events)),
    async *objects(prefix) {
      for (const { name, versions } of names)
        if (name.startsWith(prefix)) yield { name, versions, body: await bodyOf(folder, name) };
    },
    heads: () => lines<RecordHead>(join(folder, files.heads)),
  };
}

/** Writes all of it into the folder, which it makes. */
export async function writeEvidence(
  evidence: Evidence,
  folder: string,
  onProgress: (what: string, done: number) => void,
): Promise<{ events: number; objects: number }> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { pinned } = evidence.publicKeys;
  if (pinned !== undefined) await writeFile(join(folder, publicKeyName), pinned, { mode: 0o600 });
  const listed: { name: string; versions: number }[] = [];
  for (const prefix of [manifestPrefix, checkpointPrefix])
    for await (const { name, versions, body } of evidence.objects(prefix)) {
      await writeObject(folder, name, body);
      listed.push({ name, versions });
      onProgress("objects", listed.length);
    }
  const objects = listed.map((one) => JSON.stringify(one));
  await writeFile(join(folder, files.objects), text(objects), { mode: 0o600 });
  const events = await writeLines(join(folder, files.events), evidence.events(), onProgress);
  await writeLines(join(folder, files.heads), evidence.heads(), () => undefined);
  return { events, objects: listed.length };
}

async function writeLines(
  file: string,
  items: AsyncIterable<object>,
  onProgress: (what: string, done: number) => void,
): Promise<number> {
  let [done, waiting]: [number, string[]] = [0, []];
  await writeFile(file, "", { mode: 0o600 });
  const flush = async () => {
    await writeFile(file, text(waiting), { flag: "a" });
    waiting = [];
  };
  for await (const item of items) {
    waiting.push(Buffer.from(canonicalBytes(item)).toString());
    done += 1;
    onProgress("events", done);
    if (waiting.length === 1000) await flush();
  }
  await flush();
  return done;
}

function text(some: readonly string[]): string {
  return some.map((line) => `${line}\n`).join("");
}

async function writeObject(folder: string, name: string, body: EvidenceObject["body"]): Promise<void> {
  const path = join(folder, name);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFile(path, body, { mode: 0o600 });
}

async function namesIn(folder: string): Promise<{ name: string; versions: number }[]> {
  const names: { name: string; versions: number }[] = [];
  for await (const one of lines<{ name: string; versions: number }>(join(folder, files.objects)))
    names.push(one);
  // Nothing outside of the folder is read.
  if (names.some(({ name }) => name.split("/").includes(".."))) throw unreadable();
  return names.toSorted((one, other) => Buffer.compare(Buffer.from(one.name), Buffer.from(other.name)));
}

async function bodyOf(folder: string, name: string): Promise<Uint8Array> {
  return readFile(join(folder, name)).catch(() => Buffer.alloc(0));
}

async function* lines<Line extends object = Readonly<Record<string, unknown>>>(
  file: string,
): AsyncGenerator<Line> {
  const stream = createReadStream(file, "utf8");
  await new Promise((resolve, reject) => stream.once("open", resolve).once("error", reject)).catch(() => {
    throw unreadable();
  });
  for await (const line of createInterface({ input: stream, crlfDelay: Infinity })) {
    if (line === "") continue;
    yield parsed(line) as Line;
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    throw unreadable();
  }
}

function unreadable(): OperatorError {
  return new OperatorError(
    "SOURCE_UNAVAILABLE",
    "The folder is no evidence that can be read: waxseal audit export --evidence",
  );
}
