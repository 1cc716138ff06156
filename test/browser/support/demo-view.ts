import { createHash } from "node:crypto";
import { storedRecord } from "../../../local/demo/stored-record.ts";
import { storiesOf, withVerdicts } from "../../../local/demo/stories.ts";
import type { OperatorView } from "../../../local/demo/view.ts";
import { NOW } from "./fake-records.ts";

/** The same in every picture: what is random in the system is a hash of its name here. */
const bytesOf = (name: string, length: number) =>
  Buffer.concat(
    [0, 1, 2, 3, 4, 5].map((part) => createHash("sha256").update(`${name}${part}`).digest()),
  ).subarray(0, length);
const idOf = (name: string) => bytesOf(name, 16).toString("base64url");
const base64 = (name: string, length: number) => bytesOf(name, length).toString("base64");
const at = (secondsAgo: number) => new Date(NOW - secondsAgo * 1000).toISOString();

const kmsKey = "arn:aws:kms:us-east-1:111122223333:key/49a5bc9a-37d0-4e19-8ad3-682eff1ea784";

interface Happened {
  readonly person: string;
  readonly provider: string;
  readonly what: "save" | "use";
  readonly secondsAgo: number;
  readonly seq: number;
}

/** All that there is of one thing that happened, as the tables and CloudTrail have it. */
function evidenceOf({ person, provider, what, secondsAgo, seq }: Happened) {
  const name = `${person} ${provider} ${seq}`;
  const slot = `${provider}/default`;
  const caller = `waxseal-local-${what === "use" ? "provider-proxy" : "save"}`;
  const requestID = `${bytesOf(name, 4).toString("hex")}-6c1f-4d2e-9a57-${bytesOf(name, 6).toString("hex")}`;
  const useId = idOf(name);
  const witnessId = what === "use" ? `use/${useId}` : `kms/${requestID}`;
  const event = {
    type: what === "use" ? "key_used" : "key_saved",
    ...{
      recordId: idOf(`${person} ${provider}`),
      eventSeq: String(seq).padStart(12, "0"),
      at: at(secondsAgo),
    },
    ...{ slot, provider, name: "default", actor: idOf(person), caller, witnessId },
    ...(what === "use" ? { useId } : { kmsRequestId: requestID, sealId: idOf(`${name} seal`) }),
  };
  const call = {
    ...{
      eventVersion: "1.11",
      eventTime: `${at(secondsAgo).slice(0, 19)}Z`,
      eventSource: "kms.amazonaws.com",
    },
    eventName: what === "use" ? "Decrypt" : "GenerateDataKey",
    userIdentity: {
      type: "AssumedRole",
      arn: `arn:aws:sts::111122223333:assumed-role/Waxseal-local/${caller}`,
    },
    userAgent: `aws-sdk-js/3.1164.0 md/nodejs#24${what === "use" ? ` waxseal-use/${useId}.1` : ""}`,
    requestParameters: {
      keyId: kmsKey,
      encryptionContext: { purpose: "waxseal/provider-key", stage: "local", ownerId: idOf(person), slot },
    },
    ...{ responseElements: null, requestID, eventID: requestID, readOnly: true },
  };
  return { event, call, witnessId };
}

function recordOf(person: string, provider: string, useCount: number) {
  const name = `${person} ${provider}`;
  return storedRecord(person, {
    ...{ slot: `${provider}/default`, state: "active", useCount, cipherSuite: "A256GCM" },
    ...{ ciphertext: base64(`${name} c`, 56), iv: base64(`${name} i`, 12), tag: base64(`${name} t`, 16) },
    ...{ wrappedDataKey: base64(`${name} w`, 162), encryptionKeyId: kmsKey, sealId: idOf(`${name} s`) },
    ...{ ownerId: idOf(person), recordId: idOf(name) },
  });
}

const ada: readonly Happened[] = [
  { person: "ada", provider: "openai", what: "use", secondsAgo: 2, seq: 3 },
  { person: "ada", provider: "openai", what: "save", secondsAgo: 95, seq: 1 },
];
const grace: readonly Happened[] = [
  { person: "grace", provider: "anthropic", what: "use", secondsAgo: 41, seq: 2 },
];

/** Made by the demo's own code: a use that CloudTrail has not shown yet, and two that are accounted for. */
export function someView(): OperatorView {
  const told = [ada, grace].map((happened) => {
    const evidence = happened.map(evidenceOf);
    const events = evidence.map(({ event }) => event);
    return {
      person: happened[0]?.person ?? "",
      records: [],
      events,
      calls: evidence.map(({ call }) => call),
    };
  });
  const stories = told.flatMap(storiesOf).toSorted((a, b) => b.at.localeCompare(a.at));
  const explained = (id: string) => {
    return { status: "explained", reason: id.startsWith("use/") ? "claim" : "seal", seenAt: at(30) };
  };
  const verdicts = new Map(stories.slice(1).map(({ id }) => [id, explained(id)]));
  return {
    stories: withVerdicts(stories, verdicts),
    records: [recordOf("ada", "openai", 2), recordOf("grace", "anthropic", 1)],
    hasTrail: true,
  };
}

export const nothing: OperatorView = { stories: [], records: [], hasTrail: true };

/** By which the newest use is known. */
export const useId = idOf("ada openai 3");
