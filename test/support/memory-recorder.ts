/** The ports of a recorder in memory, and how to kill it at any step. */
import { hashOf } from "../../lib/audit/canonical.ts";
import { eventIdOf, type AuditEvent } from "../../lib/audit/event.ts";
import type { Manifest } from "../../lib/audit/manifest.ts";
import type { RecordBatchPorts } from "../../lib/audit/record-batch.ts";

type Ports = Omit<RecordBatchPorts, "eventOf">;

/** What outlives a recorder: the log, the manifests; and what it said. */
export class MemoryRecorder {
  readonly events = new Map<string, AuditEvent>();
  readonly manifests: Manifest[] = [];
  readonly codes: string[] = [];

  readonly ports: Ports = {
    log: {
      put: async (event) => {
        const there = this.events.get(eventIdOf(event));
        if (!there) this.events.set(eventIdOf(event), event);
        return !there || hashOf(there) === hashOf(event) ? "written" : "conflict";
      },
    },
    manifests: {
      write: async (manifest) => {
        this.manifests.push(manifest);
      },
    },
    logger: {
      error: (_message: string, fields: { code: string }) => {
        this.codes.push(fields.code);
      },
    } as unknown as Ports["logger"],
  };

  /** Fails at the `step`th call and at every one after, before the call has an effect or after. */
  killedAt(step: number, when: "before" | "after"): Ports {
    let calls = 0;
    const killable = async <Result>(call: () => Promise<Result>): Promise<Result> => {
      calls += 1;
      if (calls > step || (calls === step && when === "before")) throw new Error("killed");
      const result = await call();
      if (calls >= step) throw new Error("killed");
      return result;
    };
    const { log, manifests, logger } = this.ports;
    return {
      log: { put: (event) => killable(() => log.put(event)) },
      manifests: { write: (manifest) => killable(() => manifests.write(manifest)) },
      logger,
    };
  }

  /** What manifests say of an event: one hash, or none. */
  witnessed(): Map<string, string> {
    const all = new Map<string, string>();
    for (const [name, hash] of this.manifests.flatMap(({ events }) => events)) {
      const there = all.get(name);
      if (there !== undefined && there !== hash) throw new Error("two hashes of one event");
      all.set(name, hash);
    }
    return all;
  }

  /** What the log has, by name. */
  hashes(): Map<string, string> {
    return new Map([...this.events].map(([name, event]) => [name, hashOf(event)]));
  }
}
