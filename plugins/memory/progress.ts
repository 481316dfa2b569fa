import type { Logger } from "hearth";
import type { MemoryProgress } from "./contract";

/** Milliseconds between two events, and between two lines of the log, at the least. */
const EVENT = 1000;
const LINE = 10_000;

/** Tells how far memory has come, and not too often. */
export class Progress {
  #event = Number.NEGATIVE_INFINITY;
  #line = Number.NEGATIVE_INFINITY;
  #open = false;

  constructor(
    readonly emit: (progress: MemoryProgress) => void,
    readonly log: Logger,
  ) {}

  /** Whether something would be told now. */
  get due(): boolean {
    return performance.now() - this.#event >= EVENT;
  }

  tell(
    progress: Omit<MemoryProgress, "phase"> & { readonly phase: "text" | "vectors" },
    tokensPerSecond?: number,
  ): void {
    if (!this.due) return;
    this.#event = performance.now();
    if (!this.#open) this.#line = this.#event; // what is over soon needs no line on its way
    this.#open = true;
    this.emit(progress);
    if (this.#event - this.#line < LINE) return;
    this.#line = this.#event;
    const { phase, ...fields } = progress;
    this.log.info(phase === "text" ? "memory reads the home" : "memory makes vectors", {
      ...fields,
      ...(tokensPerSecond !== undefined && { tokensPerSecond }),
    });
  }

  /** Nothing is left to do. Told once. @param total passages that have a vector now */
  done(total: number): void {
    if (!this.#open) return;
    this.#open = false;
    this.#event = Number.NEGATIVE_INFINITY;
    this.emit({ phase: "done", done: total, total, secondsLeft: null });
  }
}
