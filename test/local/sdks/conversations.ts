/** What every official SDK is tried with. The words are the stand-in's: see `local/stand-in/conversation.ts`. */
export const words = "Sealed, used, accounted for.";

export const weather = {
  name: "weather",
  description: "The weather somewhere",
  schema: {
    type: "object" as const,
    properties: { place: { type: "string" as const }, days: { type: "integer" as const } },
    required: ["place", "days"],
  },
  /** What the stand-in calls it with. */
  input: { place: "example", days: 1 },
};

/** Any bytes; larger than a chunk, with every value of a byte. */
const bytes = Buffer.from(Uint8Array.from({ length: 70_000 }, (_, index) => index % 251));

export const file = {
  bytes,
  base64: bytes.toString("base64"),
  seen: (type: string) => `I see ${type} of ${bytes.byteLength} bytes.`,
};

/** All that a stream yields. */
export async function collect<Item>(stream: AsyncIterable<Item>): Promise<Item[]> {
  const items: Item[] = [];
  for await (const item of stream) items.push(item);
  return items;
}
