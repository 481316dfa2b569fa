import { type Clock, type Database, localDay } from "hearth";
import { type Amounts, type Kind, kinds, type Raisable, type Scope } from "./limits";
import { addRow, columns, type TallyRow } from "./tally-row";
import type { Spent } from "./usage";

/** A budget that has no room for a call. */
export interface Shortage {
  readonly scope: Scope;
  readonly kind: Kind;
  /** With what people added to it. */
  readonly limit: number;
  readonly spent: number;
  /** What calls on their way may still come to. */
  readonly held: number;
  readonly need: number;
}

/** What a call may come to at the most. */
export interface Bound {
  readonly session: string;
  readonly model: string;
  readonly input: number;
  readonly output: number;
  /** Nano-dollars. */
  readonly usd: number;
}

/** What was spent and what is held in one budget. */
export interface Standing {
  readonly spent: Amounts;
  readonly held: Amounts;
}

interface CallRow {
  id: number;
  day: string;
  state: string;
  scopes: string;
  input: number;
  output: number;
  usd: number;
}

/** The book of what calls may cost and did cost. Each reservation and each settlement is one transaction. */
export class Ledger {
  /** Calls of other lives that are still open were cut off by a crash. */
  readonly life: string = crypto.randomUUID();

  constructor(
    readonly db: Database,
    readonly clock: Clock,
    readonly timeZone: string,
  ) {}

  /** The day of the house. */
  today(): string {
    return localDay(this.clock.now(), this.timeZone);
  }

  /** Sets aside what a call may come to, in all its budgets, or says in which there is no room. Answers the call's number. */
  reserve(scopes: readonly Scope[], bound: Bound): number | readonly Shortage[] {
    return this.db
      .transaction(() => {
        const need = needOf(bound);
        const short = scopes.flatMap(scope => this.#shortOf(scope, need));
        if (short.length > 0) return short;
        for (const { key } of scopes) addRow(this.db, key, "held", need, 1);
        return this.#open(scopes, bound);
      })
      .immediate();
  }

  /** What is missing in a budget for a need; with a need of nothing, what is used up in it. */
  #shortOf(scope: Scope, need: Amounts): Shortage[] {
    const limited = kinds.filter(kind => scope.limits[kind] !== undefined);
    if (limited.length === 0) return [];
    const { spent, held } = this.standing(scope.key);
    return limited
      .map(kind => ({
        ...{ scope, kind, spent: spent[kind], held: held[kind], need: need[kind] },
        limit: scope.limits[kind]! + this.raised(scope.key, kind),
      }))
      .filter(({ limit, spent: gone, held: set, need: more }) => gone + set + more > limit);
  }

  #open(scopes: readonly Scope[], { session, model, input, output, usd }: Bound): number {
    const { lastInsertRowid } = this.db
      .query(`insert into call (session, model, day, at, life, state, scopes, input, output, usd)
        values ($session, $model, $day, $at, $life, 'open', $scopes, $input, $output, $usd)`)
      .run({
        ...{ session, model, input, output, usd, day: this.today(), at: this.clock.now().toISOString() },
        ...{ life: this.life, scopes: JSON.stringify(scopes.map(({ key }) => key)) },
      });
    return Number(lastInsertRowid);
  }

  /**
   * Writes down what a call came to and gives back what was set aside beyond it.
   * @param spent nothing: it counts as all that was reserved
   */
  settle(id: number, spent: Spent | undefined, answer: { status?: number; model?: string; sure?: boolean } = {}): void {
    this.db
      .transaction(() => {
        const call = this.db.query<CallRow, [number]>("select * from call where id = ?").get(id);
        if (call?.state === "open") this.#settle(call, spent ?? nothingKnown(call), answer, spent !== undefined);
      })
      .immediate();
  }

  #settle(
    call: CallRow,
    spent: Spent,
    { status, model, sure = true }: { status?: number; model?: string; sure?: boolean },
    known: boolean,
  ): void {
    for (const key of JSON.parse(call.scopes) as string[]) {
      addRow(this.db, key, "held", needOf(call), -1);
      addRow(this.db, key, "spent", amountsOf(spent), 1);
    }
    const { input, output, cacheRead, cacheWrite5m, cacheWrite1h, searches, usd } = spent;
    this.db
      .query(`update call set state = $state, status = $status, model = coalesce($model, model), input = $input, output = $output,
        cache_read = $cacheRead, cache_write_5m = $cacheWrite5m, cache_write_1h = $cacheWrite1h, searches = $searches, usd = $usd
        where id = $id`)
      .run({
        ...{ id: call.id, state: known && sure ? "settled" : "assumed", status: status ?? null, model: model ?? null },
        ...{ input, output, cacheRead, cacheWrite5m, cacheWrite1h, searches, usd },
      });
  }

  /** Counts what a crash left open as used. Only for who is alone with the state. Answers how many calls that were. */
  settleLost(): number {
    const lost = this.db
      .query<{ id: number }, [string]>("select id from call where state = 'open' and life <> ?")
      .all(this.life);
    for (const { id } of lost) this.settle(id, undefined);
    return lost.length;
  }

  /** Where a budget stands. */
  standing(key: string): Standing {
    const row = this.db.query<TallyRow, [string]>("select * from tally where scope = ?").get(key);
    const read = (prefix: string) =>
      Object.fromEntries(kinds.map(kind => [kind, row?.[`${prefix}${columns[kind]}`] ?? 0])) as never as Amounts;
    return { spent: read(""), held: read("held_") };
  }

  /** What people added to a limit. */
  raised(key: string, kind: Raisable): number {
    const row = this.db
      .query<{ amount: number }, [string, string]>("select amount from raise where scope = ? and kind = ?")
      .get(key, kind);
    return row?.amount ?? 0;
  }

  /** Adds to a limit, for good. */
  raise(key: string, kind: Raisable, amount: number): void {
    this.db
      .query(`insert into raise (scope, kind, amount) values (?, ?, ?)
        on conflict (scope, kind) do update set amount = amount + excluded.amount`)
      .run(key, kind, amount);
  }

  /** The limits that are used up, so that not even the smallest call has room. */
  usedUp(scopes: readonly Scope[]): readonly Shortage[] {
    return scopes.flatMap(scope => this.#shortOf(scope, NEXT)).filter(({ spent, limit }) => spent >= limit);
  }
}

/** More than nothing of each kind. */
const NEXT = Object.fromEntries(kinds.map(kind => [kind, 1])) as never as Amounts;

/** Which kind of input a prompt will be, nobody knows before: it is set aside in each. */
const needOf = ({ input, output, usd }: Pick<Bound, "input" | "output" | "usd">): Amounts => ({
  ...{ calls: 1, tokens: input + output, input, output, cacheRead: input, cacheWrite: input, usd },
});

const amountsOf = ({ input, output, cacheRead, cacheWrite5m, cacheWrite1h, usd }: Spent): Amounts => {
  const cacheWrite = cacheWrite5m + cacheWrite1h;
  return { calls: 1, tokens: input + output + cacheRead + cacheWrite, input, output, cacheRead, cacheWrite, usd };
};

const nothingKnown = ({ input, output, usd }: CallRow): Spent => ({
  ...{ input, output, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0, searches: 0, usd },
});
