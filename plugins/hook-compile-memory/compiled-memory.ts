import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { type Clock, type Home, localDay, messageOf, type Secrets, type Templates } from "hearth";
import { type Answer, tokensText, Unusable } from "./answer";
import { type Book, EXTRACT, type Print, STAND_IN } from "./book";
import { extract } from "./extract";
import { fit, type Material } from "./fit";
import { type Memory, readMemory } from "./memory-files";
import type { Model } from "./model";
import { BUDGET, questionOf, rulesOf } from "./question";

const COMPILED_FILE = "data/compiled-memory.md";
/** Answers that cannot be used are paid for so many times; then the memory has to change first. */
const MOST_REFUSALS = 2;
/** Names that a note tells. */
const NAMES = 5;

/** What the memory is compiled with. */
export interface Workshop {
  readonly home: Home;
  readonly secrets: Secrets;
  readonly templates: Templates;
  readonly clock: Clock;
  readonly book: Book;
  readonly timeZone: string;
  /** Characters that the model is given at the most. */
  readonly room: number;
  /** The model of the moment; or why none is asked. */
  model(): Model | string;
}

/** One piece of work. */
interface Task {
  readonly memory: Memory;
  readonly print: Print;
  readonly force: boolean;
}

/** Condenses memory/ into `data/compiled-memory.md`. What a model wrote stays until a model has written something better. */
export class CompiledMemory {
  constructor(readonly workshop: Workshop) {}

  /**
   * Brings the file up to date, when the memory has changed since.
   * @param force also when nothing has changed
   * @returns a note for people. @throws Error that says why the file stays as it was
   */
  async update(force: boolean, signal: AbortSignal): Promise<string> {
    const { home, secrets, book } = this.workshop;
    const model = this.workshop.model();
    const memory = await readMemory(
      home,
      text => secrets.redact(text),
      ms => this.#dayOf(ms),
    );
    if (memory.files.length === 0) return noted("memory/ holds nothing to condense", memory.notes);
    const print = this.#printOf(memory, model);
    if ((await this.#isThere()) && !force && book.isUpToDate(print, typeof model !== "string"))
      return noted(`nothing has changed in memory/ since ${book.last()!.at}; nothing was asked`, memory.notes);
    return typeof model === "string"
      ? noted(await this.#writeExtract(memory, model, print), memory.notes)
      : this.#condense(model, { memory, print, force }, signal);
  }

  async #condense(model: Model, task: Task, signal: AbortSignal): Promise<string> {
    const { room, book } = this.workshop;
    const { memory, print } = task;
    const refusals = task.force ? undefined : book.refusals(print);
    if (refusals && refusals.times >= MOST_REFUSALS)
      throw new Error(
        `${refusals.why}; it is asked again when memory/ has changed, or with \`hearth compile-memory --force\``,
      );
    const material = fit(memory.files, room, this.#today());
    const { text, tokens } = await this.#ask(model, material, task, signal);
    const length = await this.#write(`${text}\n`).catch(error => {
      const why = `what ${model.name} wrote could not be kept: ${messageOf(error)}`;
      book.refused(print, why); // it was paid for
      throw new Error(why, { cause: error });
    });
    book.made(print, model.name);
    const note = `${length} characters of ${material.pieces.length} files by ${model.name}: ${tokensText(tokens)}${model.asker.isCounted ? "" : ", counted in no budget"}`;
    return noted(note, [...leftOut(material.leftOut), ...memory.notes]);
  }

  async #ask(model: Model, material: Material, { memory, print }: Task, signal: AbortSignal): Promise<Answer> {
    try {
      return await model.condense(questionOf(this.workshop.templates, material, this.#today()), signal);
    } catch (error) {
      if (signal.aborted) throw error;
      if (error instanceof Unusable) this.workshop.book.refused(print, messageOf(error));
      throw new Error(`${messageOf(error)}; ${await this.#afterFailure(memory, error)}`, { cause: error });
    }
  }

  /** Where no model has written anything yet, an extract is better than nothing. */
  async #afterFailure(memory: Memory, error: unknown): Promise<string> {
    const isModels = (await this.#isThere()) && this.workshop.book.last()?.by !== EXTRACT; // or of an older system's
    if (isModels) return `${COMPILED_FILE} stays as it was`;
    await this.#writeExtract(memory, messageOf(error), STAND_IN);
    return "an extract stands in for it";
  }

  async #writeExtract({ files }: Memory, why: string, print: Print): Promise<string> {
    const { text, taken, leftOut: out } = extract(files, { why, today: this.#today(), room: BUDGET.characters });
    const length = await this.#write(text);
    this.workshop.book.made(print, EXTRACT);
    const rest = out > 0 ? `; ${out} found no room` : "";
    return `an extract without a model, because ${why}: ${taken} sections, ${length} characters${rest}`;
  }

  /** Answers how long it has become. */
  async #write(text: string): Promise<string> {
    const clean = this.workshop.secrets.redact(text);
    await this.workshop.home.write(COMPILED_FILE, clean);
    return clean.length.toLocaleString("en-US");
  }

  /** Whether there is a compiled memory. @throws Error for what cannot be replaced by one, before anything is paid for */
  async #isThere(): Promise<boolean> {
    const info = await stat(await this.workshop.home.resolve(COMPILED_FILE)).catch(() => undefined);
    if (info && !info.isFile()) throw new Error(`${COMPILED_FILE} is not a file; move it away`);
    return info !== undefined && info.size > 0;
  }

  /** The same whatever day it is, and in whichever order the files were changed. */
  #printOf({ files }: Memory, model: Model | string): Print {
    const { templates, room } = this.workshop;
    const texts = files.map(({ name, text }) => [name, text]).sort(([a], [b]) => (a! < b! ? -1 : 1));
    const how = typeof model === "string" ? EXTRACT : [model.name, room, rulesOf(templates, "")];
    return { memory: digest(texts), way: digest(how) };
  }

  #today(): string {
    return this.#dayOf(this.workshop.clock.now().getTime());
  }

  #dayOf(ms: number): string {
    return localDay(ms, this.workshop.timeZone);
  }
}

const digest = (value: unknown): string => createHash("sha256").update(JSON.stringify(value)).digest("hex");

const noted = (note: string, more: readonly string[]): string => {
  const rest = more.length > NAMES ? [`and ${more.length - NAMES} more`] : [];
  return [note, ...more.slice(0, NAMES), ...rest].join("; ");
};

const leftOut = (names: readonly string[]): string[] => {
  if (names.length === 0) return [];
  const rest = names.length > NAMES ? ` and ${names.length - NAMES} more` : "";
  return [`left out for want of room: ${names.slice(0, NAMES).join(", ")}${rest}`];
};
