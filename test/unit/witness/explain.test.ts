import { describe, expect, test } from "vitest";
import { patientRetry, promptRetry } from "../../../lib/retry.ts";
import type { KmsCall } from "../../../lib/witness/call.ts";
import { explain, mayBeAttempt, type Evidence } from "../../../lib/witness/explain.ts";
import { concernsUs, type WitnessRules } from "../../../lib/witness/rules.ts";
import { settled, type Judgement } from "../../../lib/witness/verdict.ts";
import { identities } from "./aws-records.ts";
import {
  call,
  claim,
  context,
  foreignKmsKey,
  kmsKey,
  reEncrypt,
  roleArn,
  roles,
  rules,
  sessionOf,
  useId,
} from "./calls.ts";

const judged = (one: KmsCall, evidence: Partial<Evidence> = { event: claim }) =>
  explain(one, { isFirst: true, ...evidence }, rules);
const unaccounted = (reason: string, level = "page") => ({ status: "unaccounted", reason, level });
const informational = (reason: string) => ({ status: "informational", reason });
const explained = (reason: string) => ({ status: "explained", reason });
const pending = (otherwise: object) => ({ status: "pending", otherwise });
const another = (changes: Record<string, string>) => ({ context: { ...context, ...changes } });

describe("a Decrypt is explained by a claim", () => {
  test("of its use id, owner and slot, under an opening role, in time", () => {
    expect(judged(call())).toEqual(explained("claim"));
  });

  test("up to the attempts that are made for it: three of a use, ten of a job", () => {
    expect([promptRetry.maxAttempts, patientRetry.maxAttempts]).toEqual([3, 10]);
    expect(judged(call({ use: `${useId}.3` }))).toEqual(explained("claim"));
    expect(judged(call({ use: `${useId}.4` }))).toEqual(unaccounted("attempt_beyond"));
    const job = { event: { ...claim, type: "key_reseal_claimed" } };
    expect(judged(call({ use: `${useId}.10` }), job)).toEqual(explained("claim"));
    for (const attempt of [0, 11, 999])
      expect(judged(call({ use: `${useId}.${attempt}` }), job)).toEqual(unaccounted("attempt_beyond"));
  });

  test("a function that uses tries three times whatever claim it wrote; a job's role, there or gone, ten times", () => {
    const job = { event: { ...claim, type: "key_exported" } };
    const known = { ...rules, jobRoles: [roles.job] };
    const of = (by: string, attempt: number, changed: WitnessRules = known) => {
      const one = call({ by: sessionOf(by), use: `${useId}.${attempt}` });
      return explain(one, { isFirst: true, ...job }, changed);
    };
    expect(of(roles.proxy, 3)).toEqual(explained("claim"));
    expect(of(roles.proxy, 4)).toEqual(unaccounted("attempt_beyond"));
    expect(of(roles.job, 10)).toEqual(explained("claim"));
    const gone = [{ arn: roles.proxy }, { arn: roles.job, until: "2026-11-25T10:30:00.000Z" }];
    const later = { ...known, jobRoles: [], roles: { ...rules.roles, opening: gone } };
    expect(of(roles.job, 10, later)).toEqual(explained("claim"));
    expect(of(roles.proxy, 4, later)).toEqual(unaccounted("attempt_beyond"));
  });

  test.each(["key_used", "key_reseal_claimed", "key_import_verified", "key_exported"])(
    "%s is one",
    (type) => {
      expect(judged(call(), { event: { ...claim, type } })).toEqual(explained("claim"));
    },
  );

  test("and by no event that is none", () => {
    const event = { ...claim, type: "key_health_changed" };
    expect(judged(call(), { event })).toEqual(pending(unaccounted("no_such_claim", "ticket")));
  });

  test("until the claim's event is there it waits; then nobody is woken for it", () => {
    const waiting = judged(call(), {});
    expect(waiting).toEqual(pending(unaccounted("no_such_claim", "ticket")));
    expect(settled(waiting, false)).toEqual(waiting);
    expect(settled(waiting, true)).toEqual(unaccounted("no_such_claim", "ticket"));
  });

  test("by a role that was one at the time, though it is one no more", () => {
    const until = "2026-11-25T10:30:00.000Z";
    const later = { ...rules, roles: { ...rules.roles, opening: [{ arn: roles.proxy, until }] } };
    const at = (time: string) => explain(call({ at: time }), { isFirst: true, event: claim }, later);
    expect(at("2026-11-25T10:00:01Z")).toEqual(explained("claim"));
    expect(at("2026-11-25T10:31:00Z")).toEqual(unaccounted("foreign_principal"));
  });
});

describe("a Decrypt is unaccounted, and somebody is woken at once,", () => {
  const cases: [string, KmsCall, string][] = [
    ["a role that is none of the stack's", call({ by: sessionOf(roleArn("Stranger")) }), "foreign_principal"],
    ["a role for another use", call({ by: sessionOf(roles.save) }), "foreign_principal"],
    [
      "a role of that name in another account",
      call({ by: sessionOf(roles.proxy.replace("123456789012", "210987654321")) }),
      "foreign_principal",
    ],
    ["a user", call({ by: identities.iamUser }), "foreign_principal"],
    ["the account's root", call({ by: identities.root }), "foreign_principal"],
    ["a federated user", call({ by: identities.federatedUser }), "foreign_principal"],
    ["another account", call({ by: identities.awsAccount }), "foreign_principal"],
    ["an AWS service", call({ by: identities.awsService }), "foreign_principal"],
    ["nobody who is named", call({ by: {} }), "foreign_principal"],
  ];
  test.each(cases)("by %s, even with a claim's id", (_who, one, reason) => {
    expect(judged(one)).toEqual(unaccounted(reason));
    expect(mayBeAttempt(one, rules)).toBe(false);
  });

  test("by one of our roles without a claim's id", () => {
    expect(judged(call({ use: "" }), {})).toEqual(unaccounted("no_use_id"));
  });

  test("with another owner's or slot's context than the claim's", () => {
    expect(judged(call(another({ ownerId: "p".repeat(43) })))).toEqual(unaccounted("other_context"));
    expect(judged(call(another({ slot: "anthropic/default" })))).toEqual(unaccounted("other_context"));
  });

  test("with another stage's context, another purpose, one name more or one less", () => {
    const { slot: _slot, ...less } = context;
    const others = [
      another({ stage: "prod" }),
      another({ purpose: "x" }),
      another({ more: "x" }),
      { context: less },
    ];
    for (const one of others) {
      expect(judged(call(one))).toEqual(unaccounted("other_context"));
      expect(mayBeAttempt(call(one), rules)).toBe(false);
    }
  });

  test("before its claim, or longer after it than anything runs", () => {
    const at = (time: string) => judged(call({ at: time }));
    expect(at("2026-11-25T09:59:00Z")).toEqual(unaccounted("out_of_time"));
    expect(at("2026-11-25T09:59:50Z")).toEqual(explained("claim"));
    expect(at("2026-11-25T10:06:00Z")).toEqual(explained("claim"));
    expect(at("2026-11-25T10:07:00Z")).toEqual(unaccounted("out_of_time"));
    expect(at("2027-11-25T10:00:00Z")).toEqual(unaccounted("out_of_time"));
  });

  test("with an attempt that was seen before", () => {
    expect(judged(call(), { event: claim, isFirst: false })).toEqual(unaccounted("attempt_repeated"));
  });
});

describe("what KMS refused decrypted nothing", () => {
  const throttled = call({ errorCode: "ThrottlingException" });

  test("an attempt of a claim is explained by it, also where a denial names neither context nor KMS key", () => {
    expect(judged(throttled)).toEqual(explained("failed_attempt"));
    const denied = call({ errorCode: "AccessDenied", kmsKeys: [], more: { requestParameters: null } });
    expect(concernsUs(denied, rules)).toBe(true);
    expect(judged(denied)).toEqual(explained("failed_attempt"));
  });

  test("without one it is told, and alarms nobody", () => {
    expect(settled(judged(throttled, {}), true)).toEqual(informational("failed"));
    const denied = call({ by: sessionOf(roleArn("Stranger")), errorCode: "AccessDenied" });
    expect(judged(denied, {})).toEqual(informational("denied"));
    expect(judged(reEncrypt({ errorCode: "DryRunOperationException", destination: foreignKmsKey }))).toEqual(
      informational("failed"),
    );
  });

  test("and takes no attempt's place", () => {
    expect(mayBeAttempt(throttled, rules)).toBe(false);
  });
});

describe("a GenerateDataKey opens nothing that there is", () => {
  const by = sessionOf(roles.save);
  const dataKey = call({ eventName: "GenerateDataKey", by, use: "" });

  test.each(["key_saved", "key_imported", "key_resealed"])("%s explains it", (type) => {
    expect(judged(dataKey, { event: { ...claim, type } })).toEqual(explained("seal"));
  });

  test("one that sealed nothing is told: the save failed after it", () => {
    expect(settled(judged(dataKey, {}), true)).toEqual(informational("data_key_unused"));
    expect(judged(dataKey, { event: { ...claim, slot: "google/default" } })).toEqual(
      informational("data_key_unused"),
    );
  });

  test("one by who is no saving role is told as that", () => {
    const stranger = call({ eventName: "GenerateDataKey", by: sessionOf(roles.proxy), use: "" });
    expect(judged(stranger, {})).toEqual(informational("data_key_by_others"));
  });

  test("so are Encrypt and other uses", () => {
    for (const eventName of ["Encrypt", "GenerateDataKeyWithoutPlaintext", "GenerateDataKeyPair"])
      expect(judged(call({ eventName, use: "" }), {})).toEqual(informational("other_use"));
  });
});

describe("a ReEncrypt", () => {
  const event = { ...claim, type: "key_rewrapped" };

  test("is explained by the rewrap that was written with it", () => {
    expect(judged(reEncrypt(), { event })).toEqual(explained("rewrap"));
    expect(judged(reEncrypt({ destination: kmsKey }), { event })).toEqual(explained("rewrap"));
  });

  test("by a rewrap role to a KMS key of ours, but not written, is told: the record changed meanwhile", () => {
    const waiting = judged(reEncrypt(), {});
    expect(settled(waiting, true)).toEqual(informational("rewrap_unused"));
  });

  test.each([
    ["another account's", foreignKmsKey],
    ["one of ours by no name that tells", "alias/ours"],
    ["none that is named", ""],
  ])("to %s KMS key wakes somebody at once, even if a rewrap was written with it", (_whose, destination) => {
    const away = reEncrypt({ destination, more: { resources: [{ ARN: kmsKey }] } });
    const named = { ...away, kmsKeys: [kmsKey, destination] };
    expect(judged(named, { event })).toEqual(unaccounted("re_encrypted_away"));
  });

  test("by who is no rewrap role, to another context, or with another record's rewrap wakes somebody", () => {
    const stranger = reEncrypt({ by: sessionOf(roles.proxy) });
    expect(judged(stranger, { event })).toEqual(unaccounted("foreign_principal"));
    const moved = reEncrypt({ to: { ...context, ownerId: "p".repeat(43) } });
    expect(judged(moved, { event })).toEqual(unaccounted("context_changed"));
    expect(judged(reEncrypt(), { event: { ...event, slot: "x/y" } })).toEqual(unaccounted("other_context"));
  });

  test("from others' KMS key to one of ours is told", () => {
    const into: Judgement = judged({ ...reEncrypt(), kmsKeys: [foreignKmsKey, kmsKey] }, {});
    expect(into).toEqual(informational("re_encrypted_in"));
  });
});

describe("a call concerns the stack", () => {
  test("by its KMS keys, source or destination, by ARN or id; not by others'", () => {
    expect(concernsUs(call(), rules)).toBe(true);
    const id = kmsKey.slice(kmsKey.indexOf("key/") + 4);
    expect(concernsUs({ ...call(), kmsKeys: [id] }, rules)).toBe(true);
    expect(concernsUs({ ...reEncrypt(), kmsKeys: [foreignKmsKey, kmsKey] }, rules)).toBe(true);
    expect(concernsUs(call({ kmsKeys: [foreignKmsKey] }), rules)).toBe(false);
  });

  test("and where no KMS key is named by its context", () => {
    const unnamed = (one: KmsCall) => concernsUs({ ...one, kmsKeys: [] }, rules);
    expect(unnamed(call({ use: "" }))).toBe(true);
    expect(unnamed(call({ use: "", context: { any: "thing" } }))).toBe(false);
  });
});
