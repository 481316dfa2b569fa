import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import type { Clock } from "hearth";
import type { AgentEvent, LogLine } from "./contract";
import { parseLine } from "./log-file";

/** The one truth of a session: an append-only file of numbered lines, written the moment something happens. */
export class SessionLog {
  readonly #fd: number;
  #n = 0;

  /** @param told hears each line right after it is on disk */
  constructor(
    readonly path: string,
    readonly clock: Clock,
    readonly told: (line: LogLine) => void,
  ) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    this.#fd = openSync(path, "a", 0o600);
  }

  write(event: AgentEvent): LogLine {
    const line: LogLine = { n: ++this.#n, at: this.clock.now().toISOString(), ...event };
    writeSync(this.#fd, `${JSON.stringify(line)}\n`);
    this.told(line);
    return line;
  }

  close(): void {
    fsyncSync(this.#fd);
    closeSync(this.#fd);
  }
}

/** The lines of a log as they are on disk now; none when there is no such file. Synchronous, so that nothing is written in between. */
export function logSoFar(path: string): LogLine[] {
  try {
    return readFileSync(path, "utf8")
      .split("\n")
      .flatMap(text => parseLine(text) ?? []);
  } catch {
    return [];
  }
}
