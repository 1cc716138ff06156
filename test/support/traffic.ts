import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { LocalSystem } from "../../local/system.ts";
import { canaryKey } from "./keys.ts";
import { Person } from "./local-system.ts";
import { seededKey } from "./records.ts";

/** What people did while something else went on. */
export interface Traffic {
  /** Uses that were answered, by user id. */
  readonly uses: ReadonlyMap<string, number>;
  readonly saves: number;
  readonly removals: number;
  /** Milliseconds of each use, in order of their ends. */
  readonly useTimes: readonly number[];
  /** What was not answered as it must be, in words. */
  readonly surprises: readonly string[];
}

/**
 * People who use, save and remove provider keys until they are stopped: `users` use what they have, and two others
 * save, use and remove theirs in turn. Each answer is held against what must be, by the provider key that arrived.
 */
export function startTraffic(system: LocalSystem, users: readonly string[]): { stop(): Promise<Traffic> } {
  let stopped = false;
  const uses = new Map<string, number>();
  const surprises: string[] = [];
  const useTimes: number[] = [];
  let saves = 0;
  let removals = 0;
  const isStopped = () => stopped;
  const saw = (what: string, is: unknown, wanted: unknown) => {
    if (is !== wanted && surprises.length < 20)
      surprises.push(`${what}: ${String(is)}, not ${String(wanted)}`);
  };

  async function used(person: Person, providerKey: string, who: string): Promise<void> {
    const began = performance.now();
    const response = await person.chat({ model: "tell-fingerprint" });
    const text = await response.text();
    useTimes.push(performance.now() - began);
    saw(`use by ${who}`, response.status === 200 ? 200 : `${response.status} ${text}`, 200);
    saw(`use by ${who}`, response.headers.get("openai-fingerprint"), fingerprint(providerKey));
  }

  async function user(userId: string): Promise<void> {
    const person = await Person.named(system, userId);
    while (!isStopped()) {
      await used(person, seededKey(userId), userId);
      uses.set(userId, (uses.get(userId) ?? 0) + 1);
      await sleep(PAUSE_MS);
    }
  }

  async function changer(subject: string): Promise<void> {
    const person = await Person.named(system, subject);
    while (!isStopped()) {
      const providerKey = canaryKey();
      saw(`save by ${subject}`, (await read(person.save(providerKey))).status, 200);
      saves += 1;
      await used(person, providerKey, subject);
      await sleep(PAUSE_MS);
      if (saves % 3 !== 0) continue;
      saw(`removal by ${subject}`, (await read(person.request("DELETE", openai))).status, 204);
      removals += 1;
      saw(`use after removal by ${subject}`, (await read(person.chat())).status, 404);
    }
  }

  const everyone = Promise.all([...users.map(user), changer("changer-1"), changer("changer-2")]);
  // A test that fails before it stops them says what failed by itself.
  everyone.catch(() => undefined);
  return {
    async stop() {
      stopped = true;
      await everyone;
      return { uses, saves, removals, useTimes, surprises };
    },
  };
}

/** Without it they would take all of a small machine from what they are to accompany. */
const PAUSE_MS = 60;
const openai = "/v1/provider-keys/openai/default";

function fingerprint(providerKey: string): string {
  return createHash("sha256").update(`Bearer ${providerKey}`).digest("hex");
}

async function read(response: Promise<Response>): Promise<Response> {
  const answer = await response;
  await answer.arrayBuffer();
  return answer;
}
