import type { Clock, Turns } from "hearth";
import type {
  Learned,
  Lesson,
  Memory,
  MemoryAnswer,
  MemoryQuestion,
  MemoryStatus,
  NearQuestion,
  PairsQuestion,
  WorksQuestion,
} from "./contract";
import type { Ledger } from "./ledger";
import type { HomeFiles } from "./reading/home-files";
import type { IndexClient } from "./threads/index-client";
import { IndexLost } from "./threads/index-faults";
import { keyOf } from "./threads/index-key";
import type { Indexes } from "./threads/indexes";
import type { LiveIndex } from "./threads/live-index";

export interface RememberingOptions {
  readonly indexes: Indexes;
  readonly ledger: Ledger;
  readonly files: () => HomeFiles;
  readonly clock: Clock;
  readonly waiting: Turns;
}

/** The service `Memory`: every question goes to the thread of the index that answers. */
export class Remembering implements Memory {
  readonly #options: RememberingOptions;

  constructor(options: RememberingOptions) {
    this.#options = options;
  }

  /** @throws HttpError 503 when too many others wait, and what SQLite says */
  async search(question: MemoryQuestion): Promise<MemoryAnswer> {
    const now = this.#options.clock.now().toISOString();
    const answer = await this.#ask(client => client.ask("search", { ...question, now }));
    const notes = [answer.note, question.mode === "text" ? undefined : this.#lack(), this.#behind()].filter(Boolean);
    return notes.length > 0 ? { ...answer, note: notes.join("; ") } : answer;
  }

  passages(wanted: Parameters<Memory["passages"]>[0]) {
    return this.#ask(client => client.ask("passages", wanted));
  }
  works(question: WorksQuestion) {
    return this.#ask(client => client.ask("works", question));
  }
  near(question: NearQuestion) {
    return this.#ask(client => client.ask("near", question));
  }
  pairs(question: PairsQuestion) {
    return this.#ask(client => client.ask("pairs", question));
  }

  /** @throws when the signal is aborted before the text is there, and what SQLite says */
  async learn(lesson: Lesson, signal?: AbortSignal): Promise<Learned> {
    const { indexes, ledger, files } = this.#options;
    ledger.facts(lesson);
    const known = files();
    const paths = [...new Set(lesson.changed)].filter(path => known.sourceOf(path));
    const learned = await indexes.learn(paths, lesson.session, signal);
    await this.#of(index => index.vectorsOf(paths, signal));
    return learned;
  }

  reminded(session: string, ids: readonly string[]): void {
    this.#options.ledger.remind(session, ids);
  }

  status(): Promise<MemoryStatus> {
    return this.#of(answering => this.#status(answering));
  }

  async #status(answering: LiveIndex): Promise<MemoryStatus> {
    const { indexes } = this.#options;
    const { making, embedder, problem = skippedText(making ?? answering) } = indexes;
    const index = making ?? answering;
    const isToBeMade = embedder !== undefined && keyOf(embedder) !== index.key;
    const { files, passages, pending } = await index.client.ask("counts");
    const rate = index.pool?.rate.at(performance.now());
    const left = index.pool ? Math.max(0, pending - index.pool.skipped.size) : 0;
    return {
      embedder: embedder?.id ?? null,
      ...(problem !== undefined && { problem }),
      files,
      passages,
      pending: isToBeMade ? passages : pending,
      secondsLeft: rate && left > 0 ? Math.ceil(left / rate.passages) : null,
      tokensPerSecond: rate && left > 0 ? Math.round(rate.tokens) : null,
      reading: indexes.all.some(({ reading }) => reading),
      answering: making || isToBeMade ? (answering.options.embedder?.id ?? answering.key) : null,
    };
  }

  #ask<T>(question: (client: IndexClient) => Promise<T>): Promise<T> {
    return this.#options.waiting.take(() => this.#of(({ client }) => question(client)));
  }

  /** Asks the index that answers; if it was replaced at that moment, or turned out to be damaged, the one in its place. */
  async #of<T>(question: (index: LiveIndex) => Promise<T>): Promise<T> {
    const { indexes } = this.#options;
    const index = await indexes.answering();
    try {
      return await question(index);
    } catch (error) {
      const now = await indexes.answering();
      if (now === index && !(error instanceof IndexLost)) throw error;
      return question(now);
    }
  }

  /** Why nothing was found by its meaning. */
  #lack(): string | undefined {
    const { problem } = this.#options.indexes;
    return problem && `found by words alone, since there is no embedder (${problem})`;
  }

  #behind(): string | undefined {
    const { all } = this.#options.indexes;
    return all[0]?.inStep ? undefined : "the home is still being read";
  }
}

function skippedText({ pool }: LiveIndex): string | undefined {
  const count = pool?.skipped.size ?? 0;
  return count > 0 ? `${count} ${count === 1 ? "passage" : "passages"} could not be embedded` : undefined;
}
