/**
 * What several generators yield, as it comes; of each, one value is asked for ahead. Where one throws, so does this, and
 * the others are ended.
 */
export async function* merged<Value>(
  generators: readonly AsyncGenerator<Value>[],
): AsyncGenerator<Value, void> {
  const next = async (index: number) => ({ index, result: await generators[index]?.next() });
  const asked = new Map(generators.map((_one, index) => [index, next(index)]));
  try {
    while (asked.size > 0) {
      const { index, result } = await Promise.race(asked.values());
      if (!result || result.done) asked.delete(index);
      else {
        asked.set(index, next(index));
        yield result.value;
      }
    }
  } finally {
    // What was asked for and is not taken any more may fail unheard.
    for (const promise of asked.values()) promise.catch(() => undefined);
    await Promise.allSettled(generators.map((one) => one.return(undefined)));
  }
}
