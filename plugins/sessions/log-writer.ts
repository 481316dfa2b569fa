import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import type { Clock } from "hearth";
import type { AgentEvent, AgentResult, LogLine } from "./contract";
import { parseLine } from "./log-file";

/** The one truth of a session: an append-only file of numbered lines, written the moment something happens. */
export class SessionLog {
  readonly #fd: number;
  #n: number;
  #over = false;

  /** @param told hears each line right after it is on disk */
  constructor(
    readonly path: string,
    readonly clock: Clock,
    readonly told: (line: LogLine) => void,
  ) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const before = textOf(path);
    this.#n = linesOf(before).at(-1)?.n ?? 0;
    this.#fd = openSync(path, "a", 0o600);
    if (before && !before.endsWith("\n")) writeSync(this.#fd, "\n"); // a crash tore the last line
  }

  write(event: AgentEvent): LogLine {
    this.#over ||= event.type === "end";
    const line: LogLine = { n: ++this.#n, at: this.clock.now().toISOString(), ...event };
    writeSync(this.#fd, `${JSON.stringify(line)}\n`);
    this.told(line);
    return line;
  }

  /** Writes what the house itself knows of the run; nothing after the end, which is the last line. */
  add(event: AgentEvent): void {
    if (!this.#over) this.write(event);
  }

  /** Writes the end of a run that came to none by itself; answers the result. */
  end(result: AgentResult): AgentResult {
    this.write({ type: "end", ...result });
    return result;
  }

  close(): void {
    this.#over = true;
    fsyncSync(this.#fd);
    closeSync(this.#fd);
  }
}

/** The lines of a log as they are on disk now; none when there is no such file. Synchronous, so that nothing is written in between. */
export const logSoFar = (path: string): LogLine[] => linesOf(textOf(path));

const textOf = (path: string): string => (existsSync(path) ? readFileSync(path, "utf8") : "");

const linesOf = (text: string): LogLine[] => text.split("\n").flatMap(line => parseLine(line) ?? []);
