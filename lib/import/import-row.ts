import { seal } from "../envelope/envelope.ts";
import type { DataKeyGenerator } from "../envelope/keyring.ts";
import type { CipherSuite } from "../envelope/suites.ts";
import { isWaxsealError, type WaxsealError } from "../errors.ts";
import type { Column } from "../legacy/columns.ts";
import type { Verdict } from "../legacy/judge.ts";
import { ownerIdOf } from "../owner.ts";
import { encryptionContextOf } from "../provider-keys/encryption-context.ts";
import { currentEndpoint, slotOf, type Slot } from "../providers/find.ts";
import type { Secret } from "../secret.ts";
import type { Outcome, ValueResult, Verification } from "./counts.ts";
import type { ImportStore, Present } from "./import-store.ts";

/** What audit and stored records call an import. */
export const IMPORT_CALLER = "waxseal import";

/** A row, its values judged. */
export interface JudgedRow {
  readonly line: number;
  /** `undefined`: a line that could not be read. */
  readonly id: string | undefined;
  readonly values: readonly (Column & { readonly verdict: Verdict })[];
}

/** A deployment to import into, or to compare with. */
export interface ImportTarget {
  readonly stage: string;
  readonly issuer: string;
  readonly store: Pick<ImportStore, "present" | "add">;
  /** Absent: a dry run, which only looks. */
  readonly writing?: {
    readonly jobId: string;
    readonly dataKeys: DataKeyGenerator;
    readonly writeSuite: CipherSuite;
    readonly now: () => Date;
    /** 128 random bits as text. */
    readonly newId: () => string;
  };
  /** Absent: nothing is opened. */
  readonly verify?: (ownerId: string, slot: Slot, providerKey: Secret) => Promise<Verification>;
}

export interface RowOutcome {
  readonly results: readonly ValueResult[];
  /** What would fail with every other row too: a permission, a KMS key that is disabled. */
  readonly fatal?: WaxsealError;
}

/** What is known of a value before anything is written. */
type Place = Pick<ValueResult, "line" | "id" | "column" | "provider">;

/** @param target - absent: nobody is asked, so that what could be imported would be. */
export async function importRow(target: ImportTarget | undefined, row: JudgedRow): Promise<RowOutcome> {
  const { line, id, values } = row;
  if (id === undefined)
    return { results: [{ line, id: null, column: null, provider: null, outcome: "malformed" }] };
  const failures: WaxsealError[] = [];
  const lookUp = once(() => target?.store.present(ownerIdOf(target.issuer, id)));
  const results = values.map(async ({ column, provider, verdict }): Promise<ValueResult> => {
    const place: Place = { line, id, column, provider: provider.id };
    if (verdict.outcome !== "providerKey") return { ...place, ...verdict };
    if (!target) return { ...place, outcome: "imported" };
    const { providerKey } = verdict;
    let outcome: Outcome;
    try {
      const present = (await lookUp()) ?? new Map<string, Present>();
      outcome = await importValue(target, id, slotOf(provider), providerKey, present);
    } catch (error) {
      if (!isWaxsealError(error)) throw error;
      failures.push(error);
      return { ...place, outcome: "failed", reason: error.code };
    }
    if (!target.verify || outcome === "newerHere") return { ...place, outcome };
    try {
      const ownerId = ownerIdOf(target.issuer, id);
      return { ...place, outcome, verification: await target.verify(ownerId, slotOf(provider), providerKey) };
    } catch (error) {
      // What was written stays said.
      if (!isWaxsealError(error)) throw error;
      failures.push(error);
      return { ...place, outcome, verification: "unverified" };
    }
  });
  const settled = await Promise.all(results);
  const fatal = failures.find(({ retryable }) => !retryable);
  return { results: settled, ...(fatal && { fatal }) };
}

async function importValue(
  target: ImportTarget,
  id: string,
  slot: Slot,
  providerKey: Secret,
  present: ReadonlyMap<string, Present>,
): Promise<"imported" | Present> {
  return present.get(slot.slot) ?? (await add(target, ownerIdOf(target.issuer, id), slot, providerKey));
}

async function add(
  { stage, store, writing }: ImportTarget,
  ownerId: string,
  { slot, provider }: Slot,
  providerKey: Secret,
): Promise<"imported" | Present> {
  if (!writing) return "imported";
  const purpose = {
    encryptionContext: encryptionContextOf(stage, ownerId, slot),
    endpointId: currentEndpoint(provider).endpointId,
  };
  const { sealed, kmsRequestId } = await seal(providerKey, purpose, writing.writeSuite, writing.dataKeys);
  return store.add({ ownerId, slot }, sealed, writing.newId(), {
    operation: "import",
    actor: "operator",
    caller: IMPORT_CALLER,
    requestId: writing.jobId,
    kmsRequestId,
    at: writing.now().toISOString(),
  });
}

/** Asked by each value of a row, answered once. */
function once<Answer>(ask: () => Answer): () => Answer {
  let answer: { readonly of: Answer } | undefined;
  return () => (answer ??= { of: ask() }).of;
}
