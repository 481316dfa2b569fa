import { IndexLost } from "./index-lost";
import { IndexWork } from "./index-work";

/** What a thread is asked: first to open a file, then anything of `IndexWork`. */
export interface Ask {
  readonly id: number;
  readonly name: string;
  readonly with: readonly unknown[];
}
/** What it answers. */
export interface Told {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
  /** That of SQLite or of the file system. */
  readonly code?: string;
  readonly lost?: boolean;
}

declare const self: Worker;
let work: IndexWork | undefined;

self.onmessage = ({ data }: MessageEvent<Ask>) => self.postMessage(answer(data));

function answer({ id, name, with: values }: Ask): Told {
  try {
    return { id, value: done(name, values) };
  } catch (error) {
    const { message, code } = error as Error & { code?: string };
    return { id, error: message, lost: error instanceof IndexLost, ...(code && { code }) };
  }
}

function done(name: string, values: readonly unknown[]): unknown {
  if (name === "open") work = new IndexWork(String(values[0]));
  else return (work as unknown as Record<string, (...values: readonly unknown[]) => unknown>)[name]!(...values);
}
