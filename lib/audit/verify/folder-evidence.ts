/** Evidence in a folder, as `waxseal audit export --evidence` writes it: to be verified elsewhere, without AWS. */
import { createReadStream } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod/mini";
import { OperatorError } from "../../jobs/operator-error.ts";
import { canonicalBytes } from "../canonical.ts";
import { parseCheckpoint } from "../checkpoint.ts";
import { checkpointPrefix, manifestPrefix, publicKeyName, timeOfManifest } from "../manifest-store.ts";
import type { Evidence, EvidenceObject, RecordHead } from "./evidence.ts";

const files = {
  about: "evidence.json",
  events: "events.jsonl",
  heads: "records.jsonl",
  objects: "objects.jsonl",
} as const;

const aboutSchema = z.object({
  schemaVersion: z.literal(1),
  format: z.literal("waxseal-audit-evidence"),
  /** When it was begun to be taken: what happened after that may be in it by halves. */
  at: z.iso.datetime({ precision: 3 }),
});

const objectSchema = z.object({
  name: z.string(),
  versions: z.int(),
  /** Base64: whoever spoiled it need not have left text. */
  body: z.string(),
});

/** @param trustedKey - PEM of the auditor's own file; without one no signature can be trusted. */
export async function folderEvidence(folder: string, trustedKey: string | undefined): Promise<Evidence> {
  const pinned = await readFile(join(folder, publicKeyName), "utf8").catch(() => undefined);
  const { at: takenAt } = await aboutOf(folder);
  const trust = trustedKey === undefined ? "no signature: no public key was given" : "the public key given";
  return {
    takenAt,
    restsOn: [`the folder ${folder}, taken at ${takenAt}`, trust],
    publicKeys: { pinned, trusted: trustedKey, isKept: trustedKey !== undefined },
    events: () => lines(join(folder, files.events)),
    objects: (prefix) => objectsIn(join(folder, files.objects), prefix),
    heads: () => lines<RecordHead>(join(folder, files.heads)),
  };
}

/**
 * Writes all of it into the folder, which it makes. In the order of a verification: what is read later knows of all that
 * was read before.
 */
export async function writeEvidence(
  evidence: Evidence,
  folder: string,
  at: Date,
  onProgress: (what: string, done: number) => void,
): Promise<{ events: number; objects: number }> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const about = { schemaVersion: 1, format: "waxseal-audit-evidence", at: at.toISOString() };
  await writeFile(join(folder, files.about), text([JSON.stringify(about)]), { mode: 0o600 });
  const { pinned } = evidence.publicKeys;
  if (pinned !== undefined) await writeFile(join(folder, publicKeyName), pinned, { mode: 0o600 });
  const written = (what: string) => (done: number) => {
    onProgress(what, done);
  };
  const objects = await writeLines(
    join(folder, files.objects),
    objectLines(evidence, about.at),
    written("objects"),
  );
  const events = await writeLines(join(folder, files.events), evidence.events(), written("events"));
  await writeLines(join(folder, files.heads), evidence.heads(), written("records"));
  return { events, objects };
}

/** What came meanwhile is left to the next time: so evidence never knows of anything later than it says it was taken. */
async function* objectLines(evidence: Evidence, at: string): AsyncGenerator<z.infer<typeof objectSchema>> {
  for (const prefix of [checkpointPrefix, manifestPrefix])
    for await (const { name, versions, body } of evidence.objects(prefix))
      if (timeOfObject(name, body) <= at)
        yield { name, versions, body: Buffer.from(body).toString("base64") };
}

/** Empty where it says none. */
function timeOfObject(name: string, body: Uint8Array): string {
  if (!name.startsWith(checkpointPrefix)) return timeOfManifest(name);
  return parseCheckpoint(body)?.head.at ?? "";
}

async function* objectsIn(file: string, prefix: string): AsyncGenerator<EvidenceObject> {
  for await (const line of lines(file)) {
    const object = z.safeParse(objectSchema, line).data;
    if (!object) throw unreadable();
    const { name, versions, body } = object;
    if (name.startsWith(prefix)) yield { name, versions, body: Buffer.from(body, "base64") };
  }
}

async function writeLines(
  file: string,
  items: AsyncIterable<object>,
  onProgress: (done: number) => void,
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
    onProgress(done);
    if (waiting.length === 1000) await flush();
  }
  await flush();
  return done;
}

function text(some: readonly string[]): string {
  return some.map((line) => `${line}\n`).join("");
}

async function aboutOf(folder: string): Promise<z.infer<typeof aboutSchema>> {
  const text = await readFile(join(folder, files.about), "utf8").catch(() => "");
  const about = z.safeParse(aboutSchema, parsed(text)).data;
  if (!about) throw unreadable();
  return about;
}

async function* lines<Line extends object = Readonly<Record<string, unknown>>>(
  file: string,
): AsyncGenerator<Line> {
  const stream = createReadStream(file, "utf8");
  await new Promise((resolve, reject) => stream.once("open", resolve).once("error", reject)).catch(() => {
    throw unreadable();
  });
  // Not by readline, which ends a line at U+2028 too: within JSON that is a character like others.
  let rest = "";
  for await (const chunk of stream as AsyncIterable<string>) {
    const whole = (rest + chunk).split("\n");
    rest = whole.pop() ?? "";
    for (const line of whole) yield parsed(line) as Line;
  }
  if (rest !== "") yield parsed(rest) as Line;
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
