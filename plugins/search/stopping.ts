/** Lets others have their turn. */
export const pause = (): Promise<void> => new Promise(resolve => setImmediate(resolve));

/** Waits for something, and no longer than until the signal is aborted. Throws what it throws, and the signal's reason. */
export async function unlessStopped<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  work.catch(() => {}); // when it is not waited for any more, nobody else hears of its failure
  signal.throwIfAborted();
  const { promise: stopped, reject } = Promise.withResolvers<never>();
  const stop = () => reject(signal.reason);
  signal.addEventListener("abort", stop);
  try {
    return await Promise.race([work, stopped]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
