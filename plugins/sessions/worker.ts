import type { Ended } from "./deadline";
import type { Job } from "./queue";
import { finish, interrupt, runJob, type Workshop } from "./run";

/** A session on its way. */
interface Current {
  readonly job: Job;
  readonly abort: AbortController;
}

/** Takes sessions from the queue, one at a time, in turn. */
export class Worker {
  readonly #shop: Workshop;
  #current: Current | undefined;
  #open = false;
  #working: Promise<void> | undefined;
  #wakeUp: () => void = () => {};

  constructor(shop: Workshop) {
    this.#shop = shop;
  }

  get current(): Job | undefined {
    return this.#current?.job;
  }

  /** Begins to work: first what a crash left unfinished, then the queue. */
  start(): void {
    this.#open = true;
    this.poke();
  }

  /** Takes no further session. The one on its way goes on. */
  close(): void {
    this.#open = false;
    this.#wakeUp();
  }

  /** Ends the session on its way, if there is one. */
  end(reason: Ended): void {
    this.#current?.abort.abort(reason);
  }

  /** Something may be due. */
  poke(): void {
    if (!this.#open || this.#working) return;
    const work = this.#drain().finally(() => {
      this.#working = undefined;
      this.#sleep();
    });
    this.#working = this.#shop.ctx.track("the sessions in the queue", work);
  }

  /** Resolves when nothing is being worked on. */
  async rest(): Promise<void> {
    await this.#working;
  }

  /** Sets an alarm for the next session that is not due yet. */
  #sleep(): void {
    this.#wakeUp();
    if (!this.#open) return;
    const due = this.#shop.queue.nextDue();
    if (due) this.#wakeUp = this.#shop.clock.at(due, () => this.poke());
  }

  async #drain(): Promise<void> {
    await this.#recover();
    while (this.#open) {
      const job = this.#shop.queue.claim();
      if (!job) return;
      await this.#run(job);
    }
  }

  async #run(job: Job): Promise<void> {
    const abort = new AbortController();
    this.#current = { job, abort };
    try {
      await runJob(this.#shop, job, abort);
    } catch (error) {
      this.#shop.ctx.log.error("a session could not be brought to its end", { session: job.id, error: String(error) });
    } finally {
      this.#current = undefined;
    }
  }

  /** What a crash left behind: a session that had not begun begins again, one that ran is interrupted, and missing hooks are run. */
  async #recover(): Promise<void> {
    const { queue, clock, ctx } = this.#shop;
    for (const job of queue.inState("gathering")) queue.move(job.id, "queued");
    for (const job of queue.inState("running"))
      queue.move(job.id, "finishing", { ...interrupt(this.#shop, job), endedAt: clock.now().toISOString() });
    for (const job of queue.inState("finishing")) {
      ctx.log.warn("a session of an earlier life is brought to its end", { session: job.id });
      await finish(this.#shop, job);
    }
  }
}
