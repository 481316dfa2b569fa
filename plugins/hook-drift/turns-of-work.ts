/** Milliseconds of work after which others get their turn. */
const SLICE = 6;

/** Something to await between two pieces of work: lets others have their turn when this work has had its own. */
export type Breath = () => Promise<void>;

/**
 * Long work in short pieces, so that whoever waits for the main loop waits for a few milliseconds.
 * @param signal ends the work at its next breath
 */
export function breath(signal?: AbortSignal): Breath {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < SLICE) return;
    await new Promise(resolve => setImmediate(resolve));
    signal?.throwIfAborted();
    since = performance.now();
  };
}
