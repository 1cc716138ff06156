import { createHash } from "node:crypto";
import type { LocalSystem } from "../../local/system.ts";
import { canaryKey, Person, storedItems } from "./local-system.ts";

/** What many people did at once, and what was there afterwards. */
export interface Outcome {
  readonly saves: number;
  readonly uses: number;
  /** Answers that were not a success, by status and code. */
  readonly failures: readonly string[];
  /** Uses in which the provider got another key than the one that person had saved last. */
  readonly mixedUp: number;
  readonly items: readonly Record<string, unknown>[];
}

/**
 * `users` people save and use in turn, all at once, until `operations` are done. Each use is answered with a
 * fingerprint of the provider key that the stand-in received, so every single use shows whose it was.
 */
export async function manyUsers(system: LocalSystem, users: number, operations: number): Promise<Outcome> {
  const perUser = Math.ceil(operations / users / 2);
  const failures: string[] = [];
  const note = async (response: Response) => {
    await response.arrayBuffer();
    if (!response.ok)
      failures.push(`${String(response.status)} ${response.headers.get("waxseal-error-code") ?? ""}`);
  };
  let mixedUp = 0;
  await Promise.all(
    Array.from({ length: users }, async (_, index) => {
      const name = `user-${String(index)}`;
      const person = await Person.named(system, name);
      for (let turn = 0; turn < perUser; turn += 1) {
        const providerKey = canaryKey();
        await note(await person.save(providerKey));
        const response = await person.chat({ model: "tell-fingerprint" });
        if (response.headers.get("openai-fingerprint") !== fingerprint(providerKey)) mixedUp += 1;
        await note(response);
      }
    }),
  );
  const items = await storedItems(system);
  return { saves: users * perUser, uses: users * perUser, failures, mixedUp, items };
}

/** As the stand-in computes it (`local/stand-in/misbehave.ts`). */
function fingerprint(providerKey: string): string {
  return createHash("sha256").update(`Bearer ${providerKey}`).digest("hex");
}
