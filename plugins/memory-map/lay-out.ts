import type { LayoutTask } from "./layout";

/**
 * Lays works out in a thread that lives as long as that takes. The task's vectors move there: they are empty afterwards.
 * @throws what went wrong in the thread, or the signal's reason
 */
export async function layOut(task: LayoutTask, signal: AbortSignal): Promise<Float64Array> {
  signal.throwIfAborted();
  const thread = new Worker(new URL("./layout-thread.ts", import.meta.url), { name: "memory map", smol: true });
  const { promise, resolve, reject } = Promise.withResolvers<Float64Array>();
  const stop = () => reject(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  thread.onmessage = ({ data }: MessageEvent<Float64Array>) => resolve(data);
  thread.onerror = ({ message }) => reject(new Error(`the thread of the map: ${message}`));
  thread.addEventListener("close", () => reject(new Error("the thread of the map ended")));
  thread.postMessage(task, [task.values.buffer as ArrayBuffer]);
  try {
    return await promise;
  } finally {
    signal.removeEventListener("abort", stop);
    thread.terminate();
  }
}
