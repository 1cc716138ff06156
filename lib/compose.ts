/**
 * The composition root: makes clients, clock and ids for each flow, from the environment, on first use.
 * Each flow has its own function, so that a bundle holds only what its flow needs.
 */
import { randomBytes } from "node:crypto";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { KMSClient } from "@aws-sdk/client-kms";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { intakeTable } from "./audit/intake.ts";
import { refusalNoter, type Refusal } from "./audit/note-refusal.ts";
import { tokenVerifier } from "./auth/verify-token.ts";
import { WaxsealError } from "./errors.ts";
import { kmsDataKeyGenerator } from "./kms/data-key-generator.ts";
import { kmsDataKeyUnwrapper } from "./kms/data-key-unwrapper.ts";
import { ifCounted } from "./limits/if-counted.ts";
import { limitTaker } from "./limits/take-limit.ts";
import { createLogger } from "./log/logger.ts";
import type { DeleteOwnerPorts } from "./provider-keys/delete-owner.ts";
import type { ListPorts } from "./provider-keys/list.ts";
import type { RemovePorts } from "./provider-keys/remove.ts";
import type { SavePorts } from "./provider-keys/save.ts";
import { ProviderKeyStore } from "./provider-keys/store.ts";
import type { UpdatePorts } from "./provider-keys/update.ts";
import type { UsePorts } from "./provider-keys/use.ts";
import { registeredProviders } from "./providers/registered.ts";
import { tryProviderKey } from "./proxy/try-provider-key.ts";
import { settingsFromEnvironment } from "./settings-environment.ts";

/** Milliseconds. Long enough for a slow answer within a region, short enough for one retry while a person waits. */
const timeouts = { connectionTimeout: 1000, requestTimeout: 3000, throwOnRequestTimeout: true };

export const settings = once(() => settingsFromEnvironment(process.env));
export const verifyToken = once(() => tokenVerifier(settings()));
export const providers = once(() => registeredProviders(settings()));

/** One attempt a call: a write that is sent again may undo what came between; see `isThrottled`. */
const dynamo = once(() => new DynamoDBClient({ maxAttempts: 1, requestHandler: timeouts }));
const store = once(() => new ProviderKeyStore(DynamoDBDocumentClient.from(dynamo()), settings().table));

/** One attempt a call: our own retry counts and names them (`lib/retry.ts`). */
const kms = once(() => new KMSClient({ maxAttempts: 1, requestHandler: timeouts }));

/** Counts a request against its limit: `takeLimit()("save", ownerId)`. */
export const takeLimit = once(() => {
  const { limitsTable, limits } = settings();
  if (!limitsTable) throw new WaxsealError("INVALID_SETTINGS");
  return limitTaker(dynamo(), limitsTable, limits);
});

/** The same, for what goes on although it cannot be counted; that it happened is logged. */
export const takeLimitIfCounted = once(() => {
  const logger = createLogger(process.env["POWERTOOLS_SERVICE_NAME"] ?? "waxseal");
  return ifCounted(takeLimit(), (failure) => {
    logger.error("limit not counted", { code: "LIMITS_UNAVAILABLE", ...failure });
  });
});

/** Notes in the audit that a request was refused; where the function has no way to the intake, nothing. Never throws. */
export const noteRefusal = once((): ((refusal: Refusal) => Promise<void>) => {
  const table = process.env["WAXSEAL_AUDIT_INTAKE"];
  if (!table) return () => Promise.resolve();
  const logger = createLogger(process.env["POWERTOOLS_SERVICE_NAME"] ?? "waxseal");
  const intake = intakeTable(DynamoDBDocumentClient.from(dynamo()), table);
  return refusalNoter(intake, now, (aws) => {
    logger.error("a refusal is not in the audit", { code: "AUDIT_UNAVAILABLE", aws });
  });
});

export const savePorts = once((): SavePorts => {
  const { stage, writeSuite, encryptionKeyId, verifyOnSave } = settings();
  if (!encryptionKeyId) throw new WaxsealError("INVALID_SETTINGS");
  const dataKeys = kmsDataKeyGenerator(kms(), encryptionKeyId);
  const asking = verifyOnSave === "on" && { tryProviderKey };
  return { store: store(), takeLimit: takeLimit(), dataKeys, stage, writeSuite, now, newId, ...asking };
});

export const usePorts = once((): UsePorts => {
  const { stage, readSuites } = settings();
  const unwrapperFor = (useId: string) => kmsDataKeyUnwrapper(kms(), useId);
  return { store: store(), unwrapperFor, stage, readSuites, now, newId };
});

export const listPorts = once((): ListPorts => ({ store: store(), now }));

export const updatePorts = once((): UpdatePorts => ({
  store: store(),
  takeLimit: takeLimitIfCounted(),
  now,
}));

export const removePorts = once((): RemovePorts => ({
  ...deleteOwnerPorts(),
  takeLimit: takeLimitIfCounted(),
}));

export const deleteOwnerPorts = once((): DeleteOwnerPorts => {
  return { store: store(), tombstoneDays: settings().tombstoneDays, now };
});

function now(): Date {
  return new Date();
}

/** 128 random bits, base64url. */
export function newId(): string {
  return randomBytes(16).toString("base64url");
}

/**
 * Makes a value when it is first asked for; a failure is not kept. The annotation lets a bundle drop the
 * flows it does not use.
 */
/* @__NO_SIDE_EFFECTS__ */
function once<Value>(make: () => Value): () => Value {
  let made: { value: Value } | undefined;
  return () => (made ??= { value: make() }).value;
}
