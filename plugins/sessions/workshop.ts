import { join } from "node:path";
import type { Clock, Home, House, Logger, Report, RunOptions, Secrets, Templates } from "hearth";
import type { AgentRuntime, LogLine, Messenger, Outfitter, Session, SessionState } from "./contract";
import type { Gathering } from "./gathering";
import type { Job, Queue } from "./queue";
import type { Settings } from "./settings";
import type { SessionType } from "./types";

/** What the steps of a session need; the plugin puts it together. */
export interface Workshop {
  readonly settings: Settings;
  readonly log: Logger;
  readonly queue: Queue;
  readonly home: Home;
  readonly house: House;
  readonly clock: Clock;
  readonly templates: Templates;
  readonly secrets: Secrets;
  readonly types: Readonly<Record<string, SessionType>>;
  /** Aborted when Hearth is stopping: no agent begins any more. */
  readonly stopping: AbortSignal;
  /** The agents that are there now. */
  agents(): readonly AgentRuntime[];
  /** Those that equip sessions now. */
  outfitters(): readonly Outfitter[];
  /** The messengers that are there now, of every type. */
  messengers(): readonly Messenger[];
  /** Has the sources of context read. */
  gather(wake: Gathering): Promise<Report>;
  /** The ids of the hooks that are there now. */
  hooks(): readonly string[];
  /** Runs the hooks of a session. */
  runHooks(session: Session, options: RunOptions): Promise<Report>;
  /** Names work that a stop waits for. */
  track(what: string, work: Promise<void>): Promise<void>;
  /** Hears every step of a session. */
  moved(job: Job, state: SessionState): void;
  /** Hears every line of a session's log. */
  said(job: Job, line: LogLine): void;
}

/** Where a session's log lies. */
export const logPath = (house: House, id: string): string => join(house.state, "sessions", `${id}.jsonl`);
