import { createHash } from "node:crypto";
import type { LocalSystem } from "../../local/system.ts";
import { canaryKey, type CanaryProvider } from "./keys.ts";
import { Person } from "./local-system.ts";
import { seededRandom } from "./seeded-random.ts";

/** The providers of the mix, and for each a call that is answered with a fingerprint of the key that arrived. */
const calls = {
  openai: { path: "v1/chat/completions", scheme: "Bearer " },
  anthropic: { path: "v1/messages", scheme: "" },
  google: { path: "v1beta/models/tell-fingerprint:generateContent", scheme: "" },
  groq: { path: "openai/v1/chat/completions", scheme: "Bearer " },
  mistral: { path: "v1/chat/completions", scheme: "Bearer " },
} as const satisfies Partial<Record<CanaryProvider, { path: string; scheme: string }>>;
type MixedProvider = keyof typeof calls;
export const mixedProviders = Object.keys(calls) as readonly MixedProvider[];

/** What one slot must be like, if nothing was lost and nothing mixed up. */
interface Expected {
  readonly fingerprint: string;
  readonly state: "active" | "disabled" | "removed";
  readonly uses: number;
  /** Every write there was: saves, changes, removals, uses, and the notes of health that followed. */
  readonly changes: number;
  readonly isKnownGood: boolean;
}

export interface MixedOutcome {
  readonly operations: Readonly<Record<string, number>>;
  /** What was not as the model of that person said, in words. */
  readonly surprises: readonly string[];
  /** By `subject slot`. */
  readonly expected: ReadonlyMap<string, Expected>;
}

/**
 * `users` people, all at once, each do their share of `operations` one after another: save, use, disable, enable, remove,
 * list, over five providers and two names, by a seeded choice; each answer is held against what must be.
 */
export async function mixedOperations(
  system: LocalSystem,
  users: number,
  operations: number,
  round: number,
): Promise<MixedOutcome> {
  const counts: Record<string, number> = {};
  const surprises: string[] = [];
  const expected = new Map<string, Expected>();
  await Promise.all(
    Array.from({ length: users }, async (_, index) => {
      const subject = `round-${String(round)}-user-${String(index)}`;
      const owner = new Owner(await Person.named(system, subject), seededRandom(round * 1000 + index));
      for (let n = 0; n < operations / users; n += 1) {
        const { name, surprise } = await owner.doSomething();
        counts[name] = (counts[name] ?? 0) + 1;
        if (surprise !== undefined) surprises.push(`${subject}: ${name}: ${surprise}`);
      }
      for (const [slot, state] of owner.slots) expected.set(`${subject} ${slot}`, state);
    }),
  );
  return { operations: counts, surprises, expected };
}

class Owner {
  readonly slots = new Map<string, Expected>();
  readonly #person: Person;
  readonly #random: () => number;

  constructor(person: Person, random: () => number) {
    this.#person = person;
    this.#random = random;
  }

  async doSomething(): Promise<{ name: string; surprise: string | undefined }> {
    const provider = this.#choose(mixedProviders);
    const name = this.#choose(["default", "default", "work"]);
    const operation = this.#choose(operations);
    return { name: operation, surprise: await this[operation](provider, name) };
  }

  async save(provider: MixedProvider, name: string): Promise<string | undefined> {
    const apiKey = canaryKey(provider);
    const response = await this.#request("PUT", `/v1/provider-keys/${provider}/${name}`, { apiKey });
    const fingerprint = createHash("sha256")
      .update(calls[provider].scheme + apiKey)
      .digest("hex");
    const changes = (this.slots.get(`${provider}/${name}`)?.changes ?? 0) + 1;
    const saved = { fingerprint, state: "active", uses: 0, changes, isKnownGood: false } as const;
    this.slots.set(`${provider}/${name}`, saved);
    return differs(response.status, 200);
  }

  async use(provider: MixedProvider, name: string): Promise<string | undefined> {
    const body = { model: "tell-fingerprint", messages: [] };
    const response = await this.#request("POST", `/proxy/${provider}@${name}/${calls[provider].path}`, body);
    const slot = this.slots.get(`${provider}/${name}`);
    if (slot?.state !== "active") return differs(response.status, slot?.state === "disabled" ? 409 : 404);
    // The claim, and the first time the note that the provider took it.
    const changes = slot.changes + (slot.isKnownGood ? 1 : 2);
    this.slots.set(`${provider}/${name}`, { ...slot, uses: slot.uses + 1, changes, isKnownGood: true });
    return (
      differs(response.status, 200) ??
      differs(response.headers.get("openai-fingerprint"), slot.fingerprint) ??
      differs(response.headers.get("waxseal-slot"), `${provider}/${name}`)
    );
  }

  disable(provider: MixedProvider, name: string): Promise<string | undefined> {
    return this.#setState(provider, name, "disabled");
  }

  enable(provider: MixedProvider, name: string): Promise<string | undefined> {
    return this.#setState(provider, name, "active");
  }

  async remove(provider: MixedProvider, name: string): Promise<string | undefined> {
    const response = await this.#request("DELETE", `/v1/provider-keys/${provider}/${name}`);
    const slot = this.slots.get(`${provider}/${name}`);
    if (!slot || slot.state === "removed") return differs(response.status, 404);
    this.slots.set(`${provider}/${name}`, { ...slot, state: "removed", changes: slot.changes + 1 });
    return differs(response.status, 204);
  }

  async list(): Promise<string | undefined> {
    const response = await this.#person.request("GET", "/v1/provider-keys");
    const { providerKeys } = (await response.json()) as {
      providerKeys: { provider: string; name: string; state: string; useCount: number }[];
    };
    const seen = providerKeys.map((shown) => [
      `${shown.provider}/${shown.name}`,
      shown.state,
      shown.useCount,
    ]);
    const wanted = [...this.slots].filter(([, { state }]) => state !== "removed");
    return differs(
      JSON.stringify(seen.toSorted()),
      JSON.stringify(wanted.map(([slot, { state, uses }]) => [slot, state, uses]).toSorted()),
    );
  }

  async #setState(provider: MixedProvider, name: string, state: "active" | "disabled") {
    const response = await this.#request("PATCH", `/v1/provider-keys/${provider}/${name}`, { state });
    const slot = this.slots.get(`${provider}/${name}`);
    if (!slot || slot.state === "removed") return differs(response.status, 404);
    this.slots.set(`${provider}/${name}`, { ...slot, state, changes: slot.changes + 1 });
    return differs(response.status, 200);
  }

  /** The answer, its body read. */
  async #request(method: string, path: string, body?: unknown): Promise<Response> {
    const response = await this.#person.request(method, path, body);
    await response.arrayBuffer();
    return response;
  }

  #choose<Value>(values: readonly Value[]): Value {
    return values[Math.floor(this.#random() * values.length)] as Value;
  }
}

/** By how often each is listed. */
const operations = [
  ...Array<"use">(9).fill("use"),
  ...Array<"save">(6).fill("save"),
  ...(["list", "list", "disable", "enable", "enable", "remove"] as const),
] as const;

function differs(actual: unknown, wanted: unknown): string | undefined {
  return actual === wanted ? undefined : `${String(actual)} and not ${String(wanted)}`;
}
