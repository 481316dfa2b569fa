import type { Clock } from "hearth";
import { Refused } from "./api-error";
import { counted, type Demand } from "./demand";
import type { Bound, Ledger, Shortage } from "./ledger";
import { inWords, isAmong, modelsOf, scopesOf } from "./limits";
import type { MainSwitch } from "./main-switch";
import type { Place } from "./place";
import type { Prices } from "./prices";
import type { Settings } from "./settings";
import { type Asked, spentOf, type Told } from "./usage";

/** A call that was let through. */
export interface Admitted {
  readonly id: number;
  readonly bound: Bound;
  readonly asked: Asked;
}

export interface GateOptions {
  readonly settings: Settings;
  readonly ledger: Ledger;
  readonly mainSwitch: MainSwitch;
  readonly prices: Prices;
  readonly clock: Clock;
}

/** Why nothing goes while the switch is off. */
export const stoppedText = (why: string): string =>
  `everything is stopped (${why}). A person lets it go on with \`hearth budget go\``;

/** Lets a call through when all its budgets have room for the most that it may come to, and sets that aside. */
export class Gate {
  readonly #options: GateOptions;
  #open = 0;
  #settled = Promise.withResolvers<void>();

  constructor(options: GateOptions) {
    this.#options = options;
  }

  /**
   * Waits while there is no room only because other calls hold it. Where the bound by the body's length is too much, the API's count
   * takes its place.
   * @param count asks the API how long the prompt is
   * @throws Refused when there is no room; the place is stopped then
   */
  async admit(
    place: Place,
    demand: Demand,
    count: (demand: Demand) => Promise<number | undefined>,
    signal: AbortSignal,
  ): Promise<Admitted> {
    let asked = demand;
    for (let isCounted = false; ; ) {
      this.check(place);
      this.#checkModels(place, asked);
      const at = this.#reserve(place, asked);
      if (!Array.isArray(at)) return at as Admitted;
      if (!isCounted) {
        const tokens = await count(asked);
        if (tokens !== undefined) asked = counted(asked, tokens);
        isCounted = true;
        continue;
      }
      const full = at.find(({ spent, need, limit }) => spent + need > limit) ?? (this.#open === 0 ? at[0] : undefined);
      if (full) throw this.#stop(place, full);
      await this.#nextSettlement(signal);
    }
  }

  /** Settles a call that was let through. @param told nothing: what was reserved counts as used */
  settle({ id, bound, asked }: Admitted, told: Told | undefined, status: number | undefined): void {
    const spent = told && spentOf(told, asked, this.#options.prices, told.whole ? 0 : bound.output);
    try {
      this.#options.ledger.settle(id, spent, {
        ...(status !== undefined && { status }),
        ...(told?.model !== undefined && { model: told.model }),
        sure: told?.whole ?? false,
      });
    } finally {
      this.#release();
    }
  }

  /** A call that has cost nothing. */
  free({ id }: Admitted, status: number | undefined): void {
    try {
      this.#options.ledger.settle(id, nothing, { ...(status !== undefined && { status }) });
    } finally {
      this.#release();
    }
  }

  /** @throws Refused when the place may not call one of these models */
  #checkModels(place: Place, { models }: Demand): void {
    const allowed = modelsOf(this.#options.settings, place);
    const model = models.find(one => !isAmong(one, allowed));
    if (model !== undefined)
      throw new Refused(
        "permission_error",
        `sessions of the type ${place.type} may use ${allowed.join(", ")}, not ${model}`,
      );
  }

  /** @throws Refused when the place makes no calls of any kind */
  check(place: Place): void {
    const stopped = this.#options.mainSwitch.stopped();
    const why = stopped && stoppedText(stopped.why);
    if (why !== undefined) place.stop(why, true);
    const closed = place.closed ?? why;
    if (closed !== undefined) throw new Refused("billing_error", closed);
  }

  #reserve(place: Place, demand: Demand): Admitted | readonly Shortage[] {
    const { ledger, prices, settings } = this.#options;
    const day = ledger.today();
    const { model, input, output, fast, cache, code } = demand;
    const bound: Bound = { session: place.id, model, input, output, usd: prices.most(demand, day) };
    const at = ledger.reserve(scopesOf(settings, place, day), bound);
    if (typeof at !== "number") return at;
    this.#open++;
    return { id: at, bound, asked: { model, day, fast, cache, code } };
  }

  #stop(place: Place, { scope, kind, limit, spent, need }: Shortage): Refused {
    const words = (amount: number) => inWords(kind, amount);
    const why =
      `${scope.name} has no room for this call: ${words(spent)} of ${words(limit)} are used, and it may come to ${words(need)}. ` +
      `A person raises it with \`hearth budget raise ${scope.handle} <amount> ${kind}\`${place.goesOn}`;
    place.stop(why);
    return new Refused("billing_error", why);
  }

  #release(): void {
    this.#open--;
    const { resolve } = this.#settled;
    this.#settled = Promise.withResolvers();
    resolve();
  }

  /** @throws Refused when the client has gone before */
  async #nextSettlement(signal: AbortSignal): Promise<void> {
    const gone = Promise.withResolvers<void>();
    const leave = () => gone.resolve();
    signal.addEventListener("abort", leave, { once: true });
    await Promise.race([this.#settled.promise, gone.promise]);
    signal.removeEventListener("abort", leave);
    if (signal.aborted) throw new Refused("api_error", "the call was given up", true);
  }
}

const nothing = { input: 0, output: 0, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, searches: 0, usd: 0 };
