import { join } from "node:path";
import { appendLines, type Clock, type Logger, messageOf } from "hearth";
import type { Call } from "./upstream";

/** One call and its answer, as a line of a session's record. */
export interface Exchange {
  readonly at: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The body's text; null when there was none. */
  readonly body: string | null;
  readonly status: number;
  readonly answerHeaders: Readonly<Record<string, string>>;
  /** The answer's pieces as they came, and how many milliseconds after the call. */
  readonly pieces: readonly { readonly ms: number; readonly text: string }[];
}

/** Hears one exchange. */
export interface Recording {
  piece(chunk: Uint8Array): void;
  end(): void;
}

/** Headers by which somebody says who they are. */
const secret = new Set(["authorization", "x-api-key", "cookie", "proxy-authorization"]);

/** Keeps all traffic in a folder: a file for each session, a line for each call in the order of their ends. No key is in it, but all that was said. */
export class Recorder {
  /** Over when all that ended so far is written: one after the other, or their order would be chance. */
  #written = Promise.resolve();

  constructor(
    readonly folder: string,
    readonly clock: Clock,
    readonly log: Logger,
    readonly track: (what: string, work: Promise<void>) => void,
  ) {}

  begin(session: string, { method, path, headers, body }: Call, response: Response): Recording {
    const began = performance.now();
    const at = this.clock.now().toISOString();
    const decoder = new TextDecoder();
    const pieces: Exchange["pieces"][number][] = [];
    return {
      piece: chunk =>
        void pieces.push({ ms: Math.round(performance.now() - began), text: decoder.decode(chunk, { stream: true }) }),
      end: () => {
        const open = Object.fromEntries([...headers].filter(([name]) => !secret.has(name)));
        const exchange: Exchange = {
          ...{ at, method, path, headers: open, body: body?.toString() ?? null },
          ...{ status: response.status, answerHeaders: Object.fromEntries(response.headers), pieces },
        };
        this.#write(session, exchange);
      },
    };
  }

  #write(session: string, exchange: Exchange): void {
    const line = `${JSON.stringify(exchange)}\n`;
    this.#written = this.#written
      .then(() => appendLines(join(this.folder, `${session}.jsonl`), line, 0o600))
      .catch(error => this.log.warn("a call could not be recorded", { session, error: messageOf(error) }));
    this.track("the record of a call", this.#written);
  }
}
