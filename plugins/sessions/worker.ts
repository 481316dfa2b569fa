import { messageOf } from "hearth";
import type { Ended } from "./deadline";
import { finish, interrupt } from "./finish";
import type { Job } from "./queue";
import { runJob } from "./run";
import type { Workshop } from "./workshop";

/** A session on its way. */
interface Current {
  readonly job: Job;
  readonly abort: AbortController;
}

/** Milliseconds until the queue is tried again after it could not be worked on, as with a full disk. */
const PAUSE = 10_000;

/** Takes sessions from the queue, one at a time, in turn. */
export class Worker {
  readonly #shop: Workshop;
  #current: Current | undefined;
  #open = false;
  /** The session after which it closes. */
  #last: string | undefined;
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

  /** Takes no further session once this one is over. */
  closeAfter(id: string): void {
    this.#last = id;
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
    this.#working = this.#shop.track("the sessions in the queue", this.#work());
  }

  /** Resolves when nothing is being worked on. */
  async rest(): Promise<void> {
    await this.#working;
  }

  /** Works until nothing is due, and sets an alarm for the time at which there may be work again. Never throws. */
  async #work(): Promise<void> {
    const { log, clock, queue } = this.#shop;
    let next: Date | undefined;
    try {
      await this.#drain();
      next = this.#open ? queue.nextDue() : undefined;
    } catch (error) {
      const fields = { error: messageOf(error), seconds: PAUSE / 1000 };
      log.error("the queue could not be worked on; it is tried again", fields);
      next = new Date(clock.now().getTime() + PAUSE);
    }
    this.#working = undefined;
    this.#wakeUp();
    if (this.#open && next) this.#wakeUp = clock.at(next, () => this.poke());
  }

  async #drain(): Promise<void> {
    while (this.#open) {
      await this.#recover();
      const job = this.#open ? this.#shop.queue.claim() : undefined;
      if (!job) return;
      await this.#run(job);
      if (job.id === this.#last) this.close();
    }
  }

  async #run(job: Job): Promise<void> {
    const abort = new AbortController();
    this.#current = { job, abort };
    try {
      await runJob(this.#shop, job, abort);
    } catch (error) {
      throw new Error(`session ${job.id} could not be brought to its end: ${messageOf(error)}`, { cause: error });
    } finally {
      this.#current = undefined;
    }
  }

  /** What a crash, a full disk or a hook's plugin that was turned off left behind: a session that had not begun begins again, one that ran is interrupted, and missing hooks are run. */
  async #recover(): Promise<void> {
    const { queue, clock, log } = this.#shop;
    for (const job of queue.inState("gathering")) queue.move(job.id, "queued");
    for (const job of queue.inState("running"))
      queue.move(job.id, "finishing", { ...interrupt(this.#shop, job), endedAt: clock.now().toISOString() });
    for (const job of queue.inState("finishing")) {
      if (!this.#open) return;
      log.warn("a session that was cut off is brought to its end", { session: job.id });
      await finish(this.#shop, job);
    }
  }
}
