import { ToolRefusal } from "hearth-plugins/tools";
import type { MainText } from "./main-text";

type Told = { readonly found: MainText } | { readonly fault: string };

/**
 * Takes the main text out of HTML in a thread that lives as long as that takes: whatever a page was made to do, it keeps nobody else.
 * @param seconds until it is given up
 * @throws ToolRefusal when the page cannot be taken apart, or takes too long; the signal's reason
 */
export async function readHtml(html: string, url: string, seconds: number, signal: AbortSignal): Promise<MainText> {
  signal.throwIfAborted();
  const thread = new Worker(new URL("./reading-thread.ts", import.meta.url), { name: "web page", smol: true });
  const { promise, resolve, reject } = Promise.withResolvers<MainText>();
  const cannot = (why: string) => reject(new ToolRefusal(`the page's text could not be taken out: ${why}`));
  const stop = () => reject(signal.reason);
  const late = setTimeout(() => cannot(`it took longer than ${seconds} seconds`), seconds * 1000);
  signal.addEventListener("abort", stop, { once: true });
  thread.onmessage = ({ data }: MessageEvent<Told>) => ("found" in data ? resolve(data.found) : cannot(data.fault));
  thread.onerror = ({ message }) => cannot(message);
  thread.addEventListener("close", () => cannot("its reader ended"));
  thread.postMessage({ html, url });
  try {
    return await promise;
  } finally {
    clearTimeout(late);
    signal.removeEventListener("abort", stop);
    thread.terminate();
  }
}
