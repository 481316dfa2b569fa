import { badRequest, notFound } from "hearth";
import type { Accounts } from "./accounts";
import { stoppedText } from "./gate";
import type { Ledger } from "./ledger";
import { houseScopes, kinds, partScopes, type Raisable, type Scope, sessionScope, typeScopes } from "./limits";
import type { MainSwitch } from "./main-switch";
import type { Parts } from "./parts";
import { NANO } from "./prices";
import type { Seats } from "./seats";
import type { Settings } from "./settings";
import type { BudgetStanding, LimitStanding } from "./shapes";

export interface BudgetOptions {
  readonly settings: Settings;
  readonly ledger: Ledger;
  readonly accounts: Accounts;
  readonly mainSwitch: MainSwitch;
  readonly seats: Seats;
  readonly parts: Pick<Parts, "all">;
}

/** The budgets as a person sees and changes them. */
export class Budget {
  readonly #options: BudgetOptions;

  constructor(options: BudgetOptions) {
    this.#options = options;
  }

  /** Where all limits of now stand: of the house, its parts, types, sessions that run or that their budgets ended today. */
  standing(): BudgetStanding {
    const { settings, mainSwitch, accounts, ledger, seats } = this.#options;
    const day = ledger.today();
    const running = seats.all();
    const ended = accounts.stoppedSince(new Date(ledger.clock.now().getTime() - DAY).toISOString());
    const spenders = new Map([...running, ...ended].map(({ account, type }) => [account, { account, type }]));
    const scopes = [
      ...houseScopes(settings, day),
      ...this.#parts().flatMap(part => partScopes(settings, part, day)),
      ...Object.keys(settings.types).flatMap(type => typeScopes(settings, type, day)),
      ...[...spenders.values()].map(spender => sessionScope(settings, spender)),
    ];
    return {
      stopped: mainSwitch.stopped() ?? null,
      limits: scopes.flatMap(scope => this.#limitsOf(scope)),
      running: running.filter(({ closed }) => closed === undefined).map(({ id }) => id),
    };
  }

  /** Those that the settings name, and those that have asked. */
  #parts(): string[] {
    const asked = this.#options.parts.all().map(({ part }) => part);
    return [...new Set([...Object.keys(this.#options.settings.house), ...asked])].sort();
  }

  #limitsOf(scope: Scope): LimitStanding[] {
    const { ledger } = this.#options;
    const { spent, held } = ledger.standing(scope.key);
    const amounts = kinds.flatMap((kind): LimitStanding[] => {
      const limit = scope.limits[kind];
      if (limit === undefined) return [];
      const unit = unitOf(kind);
      const raised = ledger.raised(scope.key, kind);
      const figures = {
        limit: (limit + raised) / unit,
        raised: raised / unit,
        spent: spent[kind] / unit,
        held: held[kind] / unit,
      };
      return [{ scope: scope.handle, kind, ...figures }];
    });
    return scope.minutes === undefined ? amounts : [...amounts, this.#minutesOf(scope, scope.minutes)];
  }

  #minutesOf({ key, handle }: Scope, minutes: number): LimitStanding {
    const { ledger, accounts, seats } = this.#options;
    const account = key.slice("session ".length);
    const running = seats.all().filter(seat => seat.account === account);
    const now = ledger.clock.now().getTime();
    const since = running.reduce((sum, { id }) => sum + now - Date.parse(accounts.find(id)!.began_at), 0);
    const raised = ledger.raised(key, "minutes");
    const spent = (accounts.took(account, running[0]?.id) + since) / MINUTE;
    return { scope: handle, kind: "minutes", limit: minutes + raised, raised, spent, held: 0 };
  }

  /** Stops all spending at once: no call goes, those on their way are cut off, every session that spends ends. */
  stop(why: string): void {
    this.#options.mainSwitch.stop(why);
    const { seats, parts } = this.#options;
    for (const place of [...seats.all(), ...parts.all()]) place.stop(stoppedText(why), true);
  }

  go(): void {
    this.#options.mainSwitch.go();
  }

  /**
   * Adds to a limit: to that of the session, or of the present day or month.
   * @param handle "day", "month", "session <id>", "type <name> day", "house <part> month"
   * @param amount in US dollars for money
   * @throws HttpError for a budget that is not there, or has no such limit
   */
  raise(handle: string, kind: Raisable, amount: number): LimitStanding {
    const scope = this.#scopeOf(handle);
    const limit = kind === "minutes" ? scope.minutes : scope.limits[kind];
    if (limit === undefined) throw badRequest(`${scope.handle} has no limit of ${kind}`);
    this.#options.ledger.raise(scope.key, kind, Math.round(amount * unitOf(kind)));
    return this.#limitsOf(scope).find(one => one.kind === kind)!;
  }

  #scopeOf(handle: string): Scope {
    const { settings, ledger, accounts } = this.#options;
    const [what = "", name = "", span] = handle.trim().split(/\s+/);
    const day = ledger.today();
    const session = what === "session" ? accounts.find(name) : undefined;
    if (session) return sessionScope(settings, session);
    const named = { type: typeScopes, house: partScopes }[what as "type"];
    const scopes = named?.(settings, name, day) ?? houseScopes(settings, day);
    const found = scopes.find(scope => scope.handle === [what, name, span].filter(Boolean).join(" "));
    if (found) return found;
    throw notFound(what === "session" ? `no session "${name}" has called a model` : `there is no budget "${handle}"`);
  }
}

const DAY = 24 * 3600_000;
const MINUTE = 60_000;
const unitOf = (kind: Raisable): number => (kind === "usd" ? NANO : 1);
