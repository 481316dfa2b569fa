/** Whether a promise is over within so many seconds; what it answers or throws does not matter here. */
export async function within(promise: Promise<unknown>, seconds: number): Promise<boolean> {
  let timer: Timer | undefined;
  const late = new Promise<false>(resolve => {
    timer = setTimeout(resolve, seconds * 1000, false);
  });
  const over = promise.then(
    () => true,
    () => true,
  );
  try {
    return await Promise.race([over, late]);
  } finally {
    clearTimeout(timer);
  }
}
