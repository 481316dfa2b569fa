/** Looks every millisecond until there is something to find; gives up loudly after half a minute. */
export async function soon<T>(find: () => T | false | undefined): Promise<T> {
  const deadline = performance.now() + 30_000;
  for (;;) {
    const found = find();
    if (found) return found;
    if (performance.now() > deadline) throw new Error(`after half a minute there is still nothing: ${find}`);
    await Bun.sleep(1);
  }
}
