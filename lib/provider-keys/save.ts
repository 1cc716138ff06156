import type * as z from "zod/mini";
import type { saveAnswer, saveWarning } from "../api/provider-keys.ts";
import type { DataKeyGenerator } from "../envelope/keyring.ts";
import { WaxsealError } from "../errors.ts";
import { seal } from "../envelope/envelope.ts";
import type { CipherSuite } from "../envelope/suites.ts";
import type { TakeLimit } from "../limits/take-limit.ts";
import { cleanProviderKey, hasKeyIn } from "../providers/clean.ts";
import { currentEndpoint, isFreeName, type Slot } from "../providers/find.ts";
import type { Provider } from "../providers/provider.ts";
import type { Secret } from "../secret.ts";
import type { Actor, Change } from "./change.ts";
import { encryptionContextOf } from "./encryption-context.ts";
import type { Health } from "./record.ts";
import type { ProviderKeyStore } from "./store.ts";

/** What a save needs; the composition root gives it. */
export interface SavePorts {
  readonly store: Pick<ProviderKeyStore, "save">;
  readonly dataKeys: DataKeyGenerator;
  readonly takeLimit: TakeLimit;
  /** Asks the provider; where it is absent nobody is asked. */
  readonly tryProviderKey?: (provider: Provider, providerKey: Secret) => Promise<Trial>;
  readonly stage: string;
  readonly writeSuite: CipherSuite;
  readonly now: () => Date;
  /** 128 random bits as text. */
  readonly newId: () => string;
}

export interface SaveRequest {
  readonly slot: Slot;
  /** As a person pasted it. */
  readonly pasted: Secret;
  readonly label?: string | undefined;
  readonly order?: number | undefined;
  /** ISO 8601, UTC, milliseconds; never, where nothing is said. */
  readonly expiresAt?: string | undefined;
  /** `false`: the provider is not asked. */
  readonly verify?: boolean | undefined;
}

/** What the provider said when it was asked, before anything was stored. */
export type Trial = "valid" | "rejected" | "could_not_tell";

export interface Saved {
  /** ISO 8601, UTC. */
  readonly savedAt: string;
  /** What the person should know, though it was stored. */
  readonly warnings: readonly SaveWarning[];
  readonly verification: Verification;
}
export type SaveWarning = z.output<typeof saveWarning>["code"];
export type Verification = z.output<typeof saveAnswer>["verification"];

const healthAfter: Readonly<Record<Verification, Health["status"]>> = {
  valid: "valid",
  could_not_tell: "unreachable",
  not_asked: "unknown",
};

/**
 * Cleans, checks the format, asks the provider, seals, and stores in one write; replaces what the slot held before.
 * What the provider refuses is not stored; what it could not be asked about is, and the answer says so. Without the limits'
 * table nothing is saved, and nobody asked.
 *
 * @throws {WaxsealError} `INVALID_REQUEST` for a time that has passed, the name `verify`, or the key as label or name;
 *   `INVALID_PROVIDER_KEY_FORMAT`, `OTHER_PROVIDERS_KEY`, `PROVIDER_KEY_REJECTED`; `RATE_LIMITED`; `KMS_UNAVAILABLE`,
 *   `ENCRYPTION_KEY_UNAVAILABLE`, `STORE_UNAVAILABLE`, `ACCESS_DENIED_BY_AWS`, `CONFLICT`: nothing was stored.
 */
export async function saveProviderKey(ports: SavePorts, who: Actor, request: SaveRequest): Promise<Saved> {
  const { slot, provider } = request.slot;
  const { ownerId, actor, caller, requestId } = who;
  if (!isFreeName(request.slot.name)) throw new WaxsealError("INVALID_REQUEST");
  if (request.expiresAt !== undefined && request.expiresAt <= ports.now().toISOString()) {
    throw new WaxsealError("INVALID_REQUEST");
  }
  const { providerKey, hasKnownFormat } = cleanProviderKey(request.pasted, provider);
  // Both are shown, and kept in clear.
  for (const text of [request.label ?? "", request.slot.name])
    if (hasKeyIn(text, providerKey)) throw new WaxsealError("INVALID_REQUEST");
  await ports.takeLimit("save", ownerId);
  const verification = await verify(ports, request, providerKey);
  const purpose = {
    encryptionContext: encryptionContextOf(ports.stage, ownerId, slot),
    endpointId: currentEndpoint(provider).endpointId,
  };
  const { sealed, kmsRequestId } = await seal(providerKey, purpose, ports.writeSuite, ports.dataKeys);

  const at = ports.now().toISOString();
  const change: Change = {
    operation: "save",
    actor,
    caller,
    requestId,
    kmsRequestId,
    at,
  };
  const details = {
    label: request.label,
    order: request.order,
    expiresAt: request.expiresAt,
    health: { status: healthAfter[verification], checkedAt: at },
    newRecordId: ports.newId(),
  } as const;
  await ports.store.save({ ownerId, slot }, sealed, details, change);
  const warnings: SaveWarning[] = hasKnownFormat ? [] : ["UNFAMILIAR_FORMAT"];
  if (verification === "could_not_tell") warnings.push("VERIFICATION_INCONCLUSIVE");
  return { savedAt: at, warnings, verification };
}

/** @throws {WaxsealError} `PROVIDER_KEY_REJECTED`. */
async function verify(
  { tryProviderKey }: SavePorts,
  { slot: { provider, name }, verify }: SaveRequest,
  providerKey: Secret,
): Promise<Verification> {
  if (!tryProviderKey || verify === false) return "not_asked";
  const trial = await tryProviderKey(provider, providerKey);
  if (trial !== "rejected") return trial;
  throw new WaxsealError("PROVIDER_KEY_REJECTED", { provider: provider.id, slotName: name });
}
