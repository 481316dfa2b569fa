/** Calls every 5 ms, whether the call before was answered or not, till something is over; answers the longest that one took, in milliseconds. */
export async function longestMeanwhile(call: () => Promise<unknown>, over: Promise<unknown>): Promise<number> {
  let going = true;
  const end = over.finally(() => {
    going = false;
  });
  const calls: Promise<number>[] = [];
  while (going) {
    calls.push(timed(call));
    await Bun.sleep(5);
  }
  await end;
  return Math.max(...(await Promise.all(calls)));
}

/** Milliseconds that something takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}
