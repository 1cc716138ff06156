/**
 * What was erased of a record, as the intake says it: the entry `erased-<record>` up to which number, and where more was
 * erased later, another one by that number, and so on. Each is found by its name alone, since the recorder may look for
 * no others.
 */
import * as z from "zod/mini";

/** Says no number where all were erased. */
const EVERY = "9".repeat(12);
/** Nobody is erased so often. */
const MOST_LINKS = 1000;

const schema = z.object({ details: z.object({ through: z.optional(z.string()) }) });

export interface Link {
  /** Of the intake. */
  readonly name: string;
  /** Events of this number, 12 digits, and lower ones were erased; absent where nothing was entered by the name yet. */
  readonly through?: string;
}

/** By which name the entry that comes after another is found. */
export function nextName(recordId: string, before?: Link): string {
  return before?.through === undefined ? `erased-${recordId}` : `erased-${recordId}~${before.through}`;
}

/**
 * From the first entry to the name that is free, or to the first that reaches a number.
 *
 * @param entry - what was entered by a name.
 */
export async function lastLink(
  recordId: string,
  entry: (name: string) => Promise<unknown>,
  wanted = EVERY,
): Promise<Link> {
  let link: Link = { name: nextName(recordId) };
  for (let count = 0; count < MOST_LINKS; count += 1) {
    const { data } = z.safeParse(schema, await entry(link.name));
    if (!data) return { name: link.name };
    link = { name: link.name, through: data.details.through ?? EVERY };
    if ((link.through ?? "") >= wanted) return link;
    link = { name: nextName(recordId, link) };
  }
  return link;
}

/** Whether it was, by what the intake says. */
export async function wasErased(
  recordId: string,
  eventSeq: string,
  entry: (name: string) => Promise<unknown>,
): Promise<boolean> {
  const { through } = await lastLink(recordId, entry, eventSeq.slice(0, 12));
  return through !== undefined;
}
