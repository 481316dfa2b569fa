import { didYouMean, HearthError, type Inspector, type Outcome, type Report } from "hearth";
import {
  isOver,
  type LogLine,
  PostSession,
  type SessionRecord,
  type Sessions,
  type Ticket,
  type WakeOrder,
  type WakeSlot,
} from "./contract";
import { Ended } from "./deadline";
import { sessionOf } from "./finish";
import { previewPrompts } from "./gather";
import { logSoFar } from "./log-writer";
import type { Prompts } from "./prompts";
import { type QueueOrder, recordOf } from "./queue";
import { checkResumes, resumption } from "./resumes";
import { slotSchedules, slotsBetween } from "./slots";
import type { Watchers } from "./watchers";
import type { Worker } from "./worker";
import { logPath, type Workshop } from "./workshop";

/** Where the rest of the house orders wakes and asks for sessions. */
export class Desk implements Sessions {
  constructor(
    readonly shop: Workshop,
    readonly worker: Worker,
    readonly watchers: Watchers,
    readonly inspector: Inspector,
  ) {}

  wake(order: WakeOrder): Ticket {
    if (!this.shop.types[order.type]) throw this.#noType(order.type);
    checkResumes(this.shop, order);
    return this.#order(order);
  }

  resume(id: string): Ticket {
    const next = resumption(this.shop.queue, id);
    return "ticket" in next ? next.ticket : this.#order(next.order);
  }

  #order(order: QueueOrder): Ticket {
    const type = this.shop.types[order.type];
    if (!type) throw this.#noType(order.type);
    const ticket = this.shop.queue.put(order, type);
    if (ticket.created) this.shop.moved(this.shop.queue.find(ticket.id)!, "queued");
    this.worker.poke();
    return ticket;
  }

  async ended(id: string): Promise<SessionRecord> {
    return this.follow(id, () => {}, new AbortController().signal);
  }

  find(id: string): SessionRecord | undefined {
    const job = this.shop.queue.find(id);
    return job && recordOf(job);
  }

  list(limit: number): SessionRecord[] {
    return this.shop.queue.list(limit).map(recordOf);
  }

  /** The one that is worked on, until it is over. */
  onTheirWay(): readonly SessionRecord[] {
    const record = this.worker.current && this.find(this.worker.current.id);
    return record && !isOver(record.state) ? [record] : [];
  }

  slots(after: Date, until: Date): readonly WakeSlot[] {
    const { settings, house } = this.shop;
    return slotsBetween(
      slotSchedules(settings, () => {}),
      after,
      until,
      house.timeZone,
    );
  }

  /** Both prompts as a wake now would have them. Changes nothing. */
  preview(type: string, message: string | undefined): Promise<Prompts> {
    if (!this.shop.types[type]) throw this.#noType(type);
    const at = this.shop.clock.now().toISOString();
    return previewPrompts(this.shop, {
      id: "preview",
      type,
      messages: message === undefined ? [] : [{ text: message, at }],
    });
  }

  /** Tells each line of a session from its first on, until it is over. @throws the signal's reason when that is aborted first */
  async follow(id: string, line: (line: LogLine) => void, signal: AbortSignal): Promise<SessionRecord> {
    const record = this.find(id);
    if (!record) throw new HearthError("MISSING", `there is no session "${id}"`);
    for (const past of logSoFar(logPath(this.shop.house, id))) line(past);
    if (!isOver(record.state)) await this.#untilOver(id, line, signal);
    return this.find(id)!;
  }

  /** Ends a session that waits or runs. @throws HearthError MISSING when there is none, or it is past its agent */
  cancel(id: string): void {
    const state = this.find(id)?.state;
    const reason = new Ended("cancelled", "it was cancelled");
    if (state === "queued") this.#cancelQueued(id);
    else if (this.worker.current?.id === id && state !== "finishing") this.worker.end(reason);
    else throw new HearthError("MISSING", `there is no session "${id}" that waits or runs`);
  }

  #cancelQueued(id: string): void {
    this.shop.queue.move(id, "cancelled", { endedAt: this.shop.clock.now().toISOString() });
    this.shop.moved(this.shop.queue.find(id)!, "cancelled");
  }

  /** What became of a session's hooks. */
  report(id: string): readonly Outcome[] {
    return this.inspector.outcomes(PostSession.id, id);
  }

  /** Runs one hook of a session again. */
  rerun(id: string, hook: string): Promise<Report> {
    const job = this.shop.queue.find(id);
    if (!job || !isOver(job.state)) throw new HearthError("MISSING", `there is no session "${id}" that has ended`);
    const hooks = this.shop.hooks();
    if (!hooks.includes(hook))
      throw new HearthError(
        "MISSING",
        `there is no hook "${hook}"; there are ${hooks.join(", ")}.${didYouMean(hook, hooks)}`,
      );
    return this.shop.runHooks(sessionOf(this.shop, job), { key: id, only: hook });
  }

  #untilOver(id: string, line: (line: LogLine) => void, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const gone = () => reject(new HearthError("STOPPED", `"sessions" before session ${id} was over`));
      const stop = this.watchers.add({ id, line, ended: resolve, gone });
      const left = () => {
        stop();
        reject(signal.reason);
      };
      if (signal.aborted) left();
      else signal.addEventListener("abort", left, { once: true });
    });
  }

  #noType(type: string): HearthError {
    const known = Object.keys(this.shop.types);
    return new HearthError("MISSING", `there is no session type "${type}".${didYouMean(type, known)}`);
  }
}
