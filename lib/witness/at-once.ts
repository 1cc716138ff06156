/**
 * Runs at most so many tasks at once; whoever hands in one more waits until one is done.
 *
 * @example const run = atOnce(16); for (…) await run.start(() => task()); await run.end();
 */
export function atOnce(most: number): {
  /** Resolves when the task has begun. @throws what an earlier task threw. */
  start(task: () => Promise<unknown>): Promise<void>;
  /** Resolves when all are done. @throws what the first failing task threw. */
  end(): Promise<void>;
} {
  const running = new Set<Promise<void>>();
  let failed: { readonly error: unknown } | undefined;
  const throwFailure = () => {
    if (failed) throw failed.error;
  };
  return {
    async start(task) {
      while (running.size >= most) await Promise.race(running);
      throwFailure();
      const run: Promise<void> = task()
        .then(
          () => undefined,
          (error: unknown) => {
            failed ??= { error };
          },
        )
        .finally(() => running.delete(run));
      running.add(run);
    },
    async end() {
      await Promise.all(running);
      throwFailure();
    },
  };
}
