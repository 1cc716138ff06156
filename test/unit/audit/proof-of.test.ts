/** What `waxseal audit show` says beside an event. */
import { GetObjectCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import { beforeEach, describe, expect, test } from "vitest";
import { canonicalBytes, hashOf } from "../../../lib/audit/canonical.ts";
import { manifestName } from "../../../lib/audit/manifest-store.ts";
import { proofOf, type ProofPorts } from "../../../lib/audit/read/proof-of.ts";

const at = new Date("2026-11-25T10:00:00.000Z");
const event = { recordId: "r", eventSeq: "000000000002", at: at.toISOString(), useId: "u".repeat(22) };
const id = "r/000000000002";
const seconds = (more: number) => new Date(at.getTime() + more * 1000);

let objects: Map<string, Uint8Array>;
let read: string[];
let ledger: Record<string, unknown>[];
let ports: ProofPorts;

beforeEach(() => {
  objects = new Map();
  read = [];
  ledger = [];
  const s3 = {
    send: (command: GetObjectCommand | ListObjectsV2Command) => {
      if (command instanceof ListObjectsV2Command) {
        const { StartAfter = "" } = command.input;
        const names = [...objects.keys()].filter((name) => name > StartAfter).toSorted();
        return Promise.resolve({ Contents: names.map((Key) => ({ Key })) });
      }
      const { Key = "" } = command.input;
      read.push(Key);
      return Promise.resolve({ Body: { transformToByteArray: () => Promise.resolve(objects.get(Key)) } });
    },
  };
  const dynamo = { send: () => Promise.resolve({ Items: ledger }) };
  ports = { s3, bucket: "b", ledger: { dynamo: dynamo as never, table: "ledger" } };
});

function manifest(when: Date, ...events: [string, string][]): string {
  const body = canonicalBytes({ schemaVersion: 1, events });
  const name = manifestName(when, body);
  objects.set(name, body);
  return name;
}

describe("the manifest", () => {
  test("is the first after the event that names it; what was long before is not read", async () => {
    manifest(seconds(-3600), [id, "0".repeat(64)]);
    for (let second = 1; second < 40; second += 1) manifest(seconds(second), [`x/${second}`, "1".repeat(64)]);
    const name = manifest(seconds(41), [id, hashOf(event)]);
    manifest(seconds(42), [id, hashOf(event)]);
    const proof = await proofOf(ports, event);
    expect(proof).toEqual({ event: id, hash: hashOf(event), manifest: { name, hasHash: true }, kms: [] });
    expect(read.some((one) => one < `manifests/${seconds(-60).toISOString()}`)).toBe(false);
  });

  test("with another hash is said to have another", async () => {
    manifest(seconds(1), [id, "0".repeat(64)]);
    expect((await proofOf(ports, event)).manifest).toMatchObject({ hasHash: false });
  });

  test("is none where none has it, one is malformed, or the event has no time or no encoding", async () => {
    objects.set(`manifests/${seconds(1).toISOString()}-x.json`, Buffer.from("no JSON"));
    expect((await proofOf(ports, event)).manifest).toBeNull();
    expect((await proofOf(ports, { ...event, at: "soon" })).manifest).toBeNull();
    const unencodable = { ...event, more: Number.NaN };
    expect(await proofOf(ports, unencodable)).toMatchObject({ event: id, manifest: null });
  });
});

test("the calls of KMS are those of the ledger, and what else it has is none", async () => {
  const call = { at: "2026-11-25T10:00:00Z", operation: "Decrypt", requestId: "request" };
  const entry = {
    ...{ witnessId: `use/${event.useId}`, entryId: "e", seenAt: event.at, rank: 2 },
    ...{ status: "explained", reason: "claim", call: { ...call, principal: { arn: "arn:role" } } },
  };
  ledger = [{ witnessId: `use/${event.useId}`, entryId: "reservation" }, entry];
  expect((await proofOf(ports, event)).kms).toEqual([
    { ...call, principal: "arn:role", status: "explained", reason: "claim" },
  ]);
});
