/** A person whose requests go the way that the functions take them, without the way to the functions. */
import { createHash } from "node:crypto";
import { newId } from "../../lib/compose.ts";
import { isWaxsealError } from "../../lib/errors.ts";
import { ownerIdOf } from "../../lib/owner.ts";
import { removeProviderKey } from "../../lib/provider-keys/remove.ts";
import { saveProviderKey } from "../../lib/provider-keys/save.ts";
import { updateProviderKey } from "../../lib/provider-keys/update.ts";
import { useProviderKey } from "../../lib/provider-keys/use.ts";
import { findProvider, slotOf, type Slot } from "../../lib/providers/find.ts";
import { callInOrder } from "../../lib/proxy/call-in-order.ts";
import { verifyProviderKey } from "../../lib/proxy/verify.ts";
import { Secret } from "../../lib/secret.ts";
import type { InProcessPorts } from "./in-process-ports.ts";
import { canaryKey } from "./keys.ts";

/** What it does, each with a word for what it came to: `ok`, or an error's code. */
export type Operation =
  "use" | "save" | "verify" | "update" | "disable" | "enable" | "remove" | "readActivity";

interface Held {
  readonly fingerprint: string;
  readonly state: "active" | "disabled";
}

const providers = { openai: "/v1/chat/completions", mistral: "/v1/chat/completions" } as const;
/** On a busy machine a connection is lost now and then; whether the write was made the audit alone knows. */
export const unavailable = ["STORE_UNAVAILABLE", "KMS_UNAVAILABLE", "PROVIDER_UNREACHABLE", "unknown"];
const names = ["default", "default", "work"] as const;

export class InProcessOwner {
  readonly ownerId: string;
  readonly #ports: InProcessPorts;
  readonly #random: () => number;
  readonly #held = new Map<string, Held>();
  /** Slots of which it does not know what became of its last change; until it saves anew. */
  readonly #unsure = new Set<string>();

  constructor(ports: InProcessPorts, subject: string, random: () => number) {
    this.#ports = ports;
    this.ownerId = ownerIdOf(ports.issuer, subject);
    this.#random = random;
  }

  /** @returns what it came to, and what it must have come to. */
  async do(operation: Operation): Promise<{ was: string; wanted: string }> {
    const provider = this.#choose(Object.keys(providers) as (keyof typeof providers)[]);
    const slot = slotOf(findProvider(this.#ports.providers, provider), this.#choose(names));
    const wanted = this.#wanted(operation, slot);
    const was = await this.#try(operation, slot);
    if (operation === "save" && was === "ok") this.#unsure.delete(slot.slot);
    const isSure = !unavailable.includes(was) && !this.#unsure.has(slot.slot);
    if (unavailable.includes(was) && operation !== "use" && operation !== "verify")
      this.#unsure.add(slot.slot);
    return { was, wanted: isSure ? wanted : was };
  }

  /** Of a provider key that is in none of its slots as far as it knows. */
  use(slot: Slot): Promise<string> {
    return this.#try("use", slot);
  }

  #wanted(operation: Operation, { slot }: Slot): string {
    const state = this.#held.get(slot)?.state;
    if (operation === "save" || operation === "readActivity") return "ok";
    if (state === undefined) return operation === "remove" ? "nothing" : "PROVIDER_KEY_NOT_FOUND";
    const opens = operation === "use" || operation === "verify";
    return opens && state === "disabled" ? "PROVIDER_KEY_DISABLED" : "ok";
  }

  async #try(operation: Operation, slot: Slot): Promise<string> {
    try {
      return await this.#operations[operation](slot);
    } catch (error) {
      if (isWaxsealError(error)) return error.code;
      throw error;
    }
  }

  readonly #operations: Readonly<Record<Operation, (slot: Slot) => Promise<string>>> = {
    save: async (slot) => {
      const providerKey = canaryKey(slot.provider.id as keyof typeof providers);
      await saveProviderKey(this.#ports.save, this.#who("save"), { slot, pasted: new Secret(providerKey) });
      const fingerprint = createHash("sha256").update(`Bearer ${providerKey}`).digest("hex");
      this.#held.set(slot.slot, { fingerprint, state: "active" });
      return "ok";
    },
    use: async (slot) => {
      const use = await useProviderKey(this.#ports.use, this.#who("provider-proxy"), slot);
      const response = await callInOrder(callOf(slot), iterate(use), []);
      await response.arrayBuffer();
      const arrived = response.headers.get("openai-fingerprint");
      return arrived === this.#held.get(slot.slot)?.fingerprint ? "ok" : "another provider key";
    },
    verify: async (slot) => {
      const verdict = await verifyProviderKey(this.#ports.verify, this.#who("verify"), slot);
      return verdict === "valid" ? "ok" : verdict;
    },
    update: async (slot) => this.#change(slot, { label: `label ${Math.floor(this.#random() * 1000)}` }),
    disable: async (slot) => this.#change(slot, { state: "disabled" }),
    enable: async (slot) => this.#change(slot, { state: "active" }),
    remove: async (slot) => {
      const isRemoved = await removeProviderKey(this.#ports.remove, this.#who("remove"), slot.slot);
      this.#held.delete(slot.slot);
      return isRemoved ? "ok" : "nothing";
    },
    readActivity: async () => {
      const at = new Date().toISOString();
      await this.#ports.activity.enter({
        intakeId: `read-${newId()}`,
        type: "audit_read",
        at,
        ...this.#who("activity"),
      });
      return "ok";
    },
  };

  async #change(slot: Slot, changes: { state?: Held["state"]; label?: string }): Promise<string> {
    await updateProviderKey(this.#ports.update, this.#who("update"), slot, changes);
    const held = this.#held.get(slot.slot);
    if (held && changes.state) this.#held.set(slot.slot, { ...held, state: changes.state });
    return "ok";
  }

  #who(fn: string) {
    const { ownerId } = this;
    return { ownerId, actor: ownerId, caller: `waxseal-local-${fn}`, requestId: newId() };
  }

  #choose<Value>(values: readonly Value[]): Value {
    return values[Math.floor(this.#random() * values.length)] as Value;
  }
}

async function* iterate<Value>(value: Value): AsyncGenerator<Value> {
  yield value;
}

/** Answered with a fingerprint of the provider key that arrived. */
function callOf({ provider }: Slot) {
  return {
    provider,
    target: providers[provider.id as keyof typeof providers],
    method: "POST",
    headers: new Headers({ "content-type": "application/json" }),
    body: Buffer.from(JSON.stringify({ model: "tell-fingerprint", messages: [] })),
    signal: AbortSignal.timeout(120_000),
  };
}
