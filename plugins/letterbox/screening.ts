import { type Clock, type Logger, messageOf } from "hearth";
import { z } from "zod";
import { Breaker } from "./breaker";
import type { Message, MessageScreen, Screened, Standing, Verdict } from "./contract";

/** What all screens together think of a message. */
export interface Opinion {
  readonly standing: Standing;
  readonly verdicts: Screened["verdicts"];
}
type Said = Opinion["verdicts"][number];

/** The longest reason that is kept, in characters. */
const REASON = 300;
const reason = z.string().transform(text => text.slice(0, REASON));
const Answer: z.ZodType<Verdict, unknown> = z.discriminatedUnion("verdict", [
  z.object({ verdict: z.literal("pass"), reason: reason.exactOptional() }),
  z.object({ verdict: z.literal("suspicious"), reason }),
  z.object({ verdict: z.literal("reject"), reason }),
]);

export interface ScreeningOptions {
  /** Those of the moment. */
  screens(): readonly MessageScreen[];
  readonly clock: Clock;
  readonly log: Logger;
  /** For all screens together. */
  readonly seconds: number;
  /** Seconds that a screen which fails again and again is not asked. */
  readonly pause: number;
  /** Aborted when nobody waits for an answer any more. */
  readonly cut: AbortSignal;
}

/** Asks the screens, one after the other. A screen that cannot tell, or answers nonsense, is never taken for one that passes a message. */
export class Screening {
  readonly #breakers = new Map<string, Breaker>();

  constructor(readonly options: ScreeningOptions) {}

  /** Whether there is any screen. */
  get any(): boolean {
    return this.options.screens().length > 0;
  }

  /** Never throws. */
  async ask(message: Message): Promise<Opinion> {
    const limit = new AbortController();
    const { seconds, cut } = this.options;
    const timer = setTimeout(() => limit.abort(new Error(`no answer within ${seconds} s`)), seconds * 1000);
    try {
      return await this.#askAll(message, AbortSignal.any([limit.signal, cut]));
    } finally {
      clearTimeout(timer);
    }
  }

  async #askAll(message: Message, signal: AbortSignal): Promise<Opinion> {
    const verdicts: Said[] = [];
    for (const screen of this.options.screens()) {
      verdicts.push(await this.#askOne(screen, message, signal));
      if (verdicts.at(-1)!.verdict === "reject") break;
    }
    return { standing: standingOf(verdicts), verdicts };
  }

  async #askOne(screen: MessageScreen, message: Message, signal: AbortSignal): Promise<Said> {
    const failed = (why: string): Said => ({ screen: screen.id, verdict: "failed", reason: why.slice(0, REASON) });
    const breaker = this.#breakerOf(screen.id);
    if (signal.aborted) return failed("no time was left for it");
    if (!breaker.mayAsk()) return failed("it failed several times, and is not asked for a while");
    try {
      const { verdict, reason = "" } = Answer.parse(await inTime(screen.screen(message, signal), signal));
      breaker.answered();
      return { screen: screen.id, verdict, reason };
    } catch (error) {
      breaker.failed();
      const why = error instanceof z.ZodError ? "its answer is no verdict" : messageOf(error);
      this.options.log.warn("a screen could not tell", { screen: screen.id, error: why });
      return failed(why);
    }
  }

  #breakerOf(screen: string): Breaker {
    const breaker = this.#breakers.get(screen) ?? new Breaker(this.options.clock, this.options.pause);
    this.#breakers.set(screen, breaker);
    return breaker;
  }
}

/** The work, or the signal's reason as soon as it is aborted: a screen need not listen to it. */
function inTime<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener("abort", abort);
  return Promise.race([work, promise]).finally(() => signal.removeEventListener("abort", abort));
}

/** What could not be looked at wholly is unscreened, whatever else was found. */
function standingOf(verdicts: readonly Said[]): Standing {
  const found = (verdict: Said["verdict"]) => verdicts.some(one => one.verdict === verdict);
  if (found("reject")) return "rejected";
  if (found("failed")) return "unscreened";
  if (found("suspicious")) return "suspicious";
  return verdicts.length === 0 ? "none" : "passed";
}
