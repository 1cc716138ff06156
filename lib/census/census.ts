import { isCurrent, type CurrentWrapping } from "../rewrap/wrapping.ts";
import type { RawRecord } from "../provider-keys/write-record.ts";
import type { Cursor, Page, PageOfSegment } from "../provider-keys/walk.ts";

/** How many records there are, by what wraps them and how they are sealed. */
export interface Census {
  /** Records that hold something sealed; without what removals left. */
  readonly total: number;
  readonly active: number;
  readonly disabled: number;
  /** Tombstones. */
  readonly removed: number;
  /** Neither: damaged. They are in `total` and in `behind`. */
  readonly unreadable: number;
  readonly byKeyMaterial: readonly KeyMaterialCensus[];
  readonly bySuite: Readonly<Record<string, number>>;
  /** How many a rewrap has to move. */
  readonly behind: number;
}

export interface KeyMaterialCensus {
  /** ARN. */
  readonly encryptionKeyId: string;
  readonly keyMaterialId: string;
  /** Whether new data keys are wrapped so. */
  readonly current: boolean;
  readonly records: number;
}

export interface CensusPorts {
  readonly walk: { page(page: PageOfSegment): Promise<Page> };
  readonly current: CurrentWrapping;
  readonly segments: number;
  /** Told after each page how many records were seen. */
  readonly onPage?: (seen: number) => void;
}

const PAGE_SIZE = 1000;

/**
 * Counts all records; reads no ciphertext. What is written meanwhile may or may not be in it.
 *
 * @throws {WaxsealError} `STORE_UNAVAILABLE`, `ACCESS_DENIED_BY_AWS`.
 */
export async function takeCensus(ports: CensusPorts): Promise<Census> {
  const tally = new Tally();
  const segments = Array.from({ length: ports.segments }, (_none, segment) => segment);
  await Promise.all(
    segments.map(async (segment) => {
      let cursor: Cursor;
      do {
        const page = { segment, segments: ports.segments, cursor, limit: PAGE_SIZE };
        const { records, next } = await ports.walk.page(page);
        for (const record of records) tally.add(record);
        ports.onPage?.(tally.seen);
        cursor = next;
      } while (cursor);
    }),
  );
  return tally.census(ports.current);
}

class Tally {
  seen = 0;
  readonly #states = new Map<string, number>();
  readonly #suites = new Map<string, number>();
  readonly #wrappings = new Map<string, number>();

  add(record: RawRecord): void {
    this.seen += 1;
    const state = stateOf(record);
    count(this.#states, state);
    if (state !== "active" && state !== "disabled") return;
    count(this.#suites, String(record["cipherSuite"]));
    count(this.#wrappings, JSON.stringify([record["encryptionKeyId"], record["keyMaterialId"]]));
  }

  census(current: CurrentWrapping): Census {
    const byKeyMaterial = [...this.#wrappings].map(([wrapping, records]) => {
      const [encryptionKeyId = "", keyMaterialId = ""] = JSON.parse(wrapping) as string[];
      const isNow = isCurrent({ encryptionKeyId, keyMaterialId }, current);
      return { encryptionKeyId, keyMaterialId, current: isNow, records };
    });
    const of = (state: string) => this.#states.get(state) ?? 0;
    const total = of("active") + of("disabled") + of("unreadable");
    const upToDate = byKeyMaterial
      .filter((one) => one.current)
      .reduce((sum, { records }) => sum + records, 0);
    return {
      total,
      active: of("active"),
      disabled: of("disabled"),
      removed: of("removed"),
      unreadable: of("unreadable"),
      byKeyMaterial: byKeyMaterial.sort(
        (a, b) => Number(b.current) - Number(a.current) || b.records - a.records,
      ),
      bySuite: Object.fromEntries([...this.#suites].sort()),
      behind: total - upToDate,
    };
  }
}

const NAMES = ["cipherSuite", "encryptionKeyId", "keyMaterialId"];

function stateOf(record: RawRecord): string {
  const { state } = record;
  if (state === "removed") return state;
  const isReadable =
    (state === "active" || state === "disabled") && NAMES.every((name) => typeof record[name] === "string");
  return isReadable ? state : "unreadable";
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
