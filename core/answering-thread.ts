import { type ThreadFault, threadFault } from "./thread-fault";

/** What the thread is asked: first to open a module's work, then the work's methods by name. */
export interface Asked {
  readonly id: number;
  readonly name: string;
  readonly values: readonly unknown[];
}
/** What it answers. */
export interface Told {
  readonly id: number;
  readonly value?: unknown;
  readonly fault?: ThreadFault;
}

type Work = Record<string, (...values: readonly unknown[]) => unknown>;

declare const self: Worker;
let work: Promise<Work>;

self.onmessage = ({ data }: MessageEvent<Asked>) => void answer(data);

/** A fault in an answer that cannot be cloned is that question's fault too. */
async function answer({ id, name, values }: Asked): Promise<void> {
  try {
    self.postMessage({ id, value: await done(name, values) } satisfies Told);
  } catch (error) {
    self.postMessage({ id, fault: threadFault(error) } satisfies Told);
  }
}

/** What comes while the work is being opened waits for it. */
async function done(name: string, values: readonly unknown[]): Promise<unknown> {
  if (name === "open") {
    work = open(...values);
    return void (await work);
  }
  return (await work)[name]!(...values);
}

async function open(module?: unknown, ...values: readonly unknown[]): Promise<Work> {
  const { open } = (await import(String(module))) as { open: (...values: readonly unknown[]) => Work | Promise<Work> };
  return open(...values);
}
