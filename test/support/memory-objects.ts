import type { EvidenceObjects } from "../../lib/audit/take-checkpoint.ts";
import type { EvidenceObject } from "../../lib/audit/verify/evidence.ts";

/** A bucket with versions, in memory. */
export class MemoryObjects implements EvidenceObjects {
  /** By name, every version from the first on; `undefined` is a deletion marker. */
  readonly versions = new Map<string, (Uint8Array | undefined)[]>();

  read(name: string): Promise<Uint8Array | undefined> {
    return Promise.resolve(this.versions.get(name)?.at(-1));
  }

  async putOnce(name: string, body: Uint8Array): Promise<boolean> {
    if ((await this.read(name)) !== undefined) return false;
    this.put(name, body);
    return true;
  }

  async *names(prefix: string, after: string): AsyncGenerator<string> {
    await Promise.resolve();
    for (const name of this.sorted(prefix))
      if (name > after && this.versions.get(name)?.at(-1) !== undefined) yield name;
  }

  /** As a verification sees them. */
  async *all(prefix: string): AsyncGenerator<EvidenceObject> {
    await Promise.resolve();
    for (const name of this.sorted(prefix)) {
      const versions = this.versions.get(name) ?? [];
      yield { name, versions: versions.length, body: versions[0] ?? new Uint8Array() };
    }
  }

  /** Another version. */
  put(name: string, body: Uint8Array): void {
    this.versions.set(name, [...(this.versions.get(name) ?? []), body]);
  }

  /** A deletion marker. */
  remove(name: string): void {
    this.versions.set(name, [...(this.versions.get(name) ?? []), undefined]);
  }

  /** With all its versions, as no lock held it. */
  destroy(name: string): void {
    this.versions.delete(name);
  }

  sorted(prefix: string): string[] {
    return [...this.versions.keys()].filter((name) => name.startsWith(prefix)).toSorted();
  }
}
