import type { Story } from "../view.ts";
import { functionOf, timeOf, verdictOf } from "./words.ts";

export interface Step {
  readonly title: string;
  readonly detail: string;
  readonly state: "done" | "waiting" | "bad";
}

/** What a story comes to, step by step; what needs no KMS has two steps. */
export function stepsOf(story: Story, hasTrail: boolean): readonly Step[] {
  const { id } = story;
  const told = eventStep(story);
  if (id.startsWith("use/"))
    return [claimStep(story), callStep(story, "Decrypt"), told, ...proofStep(story, hasTrail)];
  if (id.startsWith("kms/"))
    return [callStep(story, "Data key"), sealStep(story), told, ...proofStep(story, hasTrail)];
  return [{ title: "Change", detail: timeOf(story.at), state: "done" }, told];
}

/** Nothing was decrypted without one, so where CloudTrail shows a decryption it was there before. */
function claimStep({ at, events, calls }: Story): Step {
  const isThere = events.length > 0 || calls.length > 0;
  return { title: "Claim", detail: timeOf(at), state: isThere ? "done" : "waiting" };
}

function sealStep({ caller, at }: Story): Step {
  const isThere = caller !== undefined;
  return { title: "Sealed", detail: isThere ? timeOf(at) : "…", state: isThere ? "done" : "waiting" };
}

function callStep({ calls }: Story, title: string): Step {
  const last = calls.at(-1);
  if (!last) return { title, detail: "…", state: "waiting" };
  const { errorCode, userIdentity } = last;
  if (typeof errorCode === "string") return { title, detail: errorCode, state: "bad" };
  return { title, detail: `by ${roleIn(userIdentity)}`, state: "done" };
}

function eventStep({ events: [event] }: Story): Step {
  const title = "Audit event";
  if (!event) return { title, detail: "…", state: "waiting" };
  return {
    title,
    detail: `${textOf(event["type"])} #${Number(textOf(event["eventSeq"]).slice(0, 12))}`,
    state: "done",
  };
}

function proofStep({ verdict }: Story, hasTrail: boolean): readonly Step[] {
  if (!hasTrail) return [];
  if (!verdict) return [{ title: "Accounted for", detail: "awaiting CloudTrail", state: "waiting" }];
  const { status, reason } = verdict;
  if (status === "explained") return [{ title: "Accounted for", detail: verdictOf(reason), state: "done" }];
  if (status === "informational") return [{ title: "Noted", detail: verdictOf(reason), state: "done" }];
  return [{ title: "Unaccounted", detail: verdictOf(reason), state: "bad" }];
}

/** The role's name says which function it is: `waxseal-local-ProxyRole…` or the session, which is the function's. */
function roleIn(userIdentity: unknown): string {
  const arn = textOf((userIdentity as { readonly arn?: unknown } | undefined)?.arn);
  return functionOf(arn.slice(arn.lastIndexOf("/") + 1));
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
