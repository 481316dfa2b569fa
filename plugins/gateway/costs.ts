import { type Database, type Kept, kept } from "hearth";
import { PART } from "./limits";
import { NANO } from "./prices";
import type { Costs, Figures } from "./shapes";

/** Days, both included: YYYY-MM-DD. */
export interface Span {
  readonly from: string;
  readonly to: string;
}

interface Row {
  readonly name: string;
  readonly type: string;
  readonly stopped: string | null;
  readonly calls: number;
  readonly assumed: number;
  readonly input: number;
  readonly output: number;
  readonly cache_read: number;
  readonly cache_write_5m: number;
  readonly cache_write_1h: number;
  readonly searches: number;
  readonly usd: number;
}

const SESSIONS = 200;
const PARTS_OUT = `and session.type not like '${PART}%'`;
const summed = ["input", "output", "cache_read", "cache_write_5m", "cache_write_1h", "searches", "usd"]
  .map(column => `coalesce(sum(call.${column}), 0) as ${column}`)
  .join(", ");

/** What calls came to, read from the book. */
export class CostReader {
  #known: { readonly key: string; readonly kept: Kept } | undefined;

  constructor(readonly db: Database) {}

  /** As it is sent; made anew only when the book has changed. */
  kept(span: Span): Kept {
    const key = `${span.from} ${span.to} ${this.#version()}`;
    if (this.#known?.key !== key) this.#known = { key, kept: kept(this.read(span)) };
    return this.#known.kept;
  }

  read(span: Span): Costs {
    const { open, held } = this.db
      .query<{ open: number; held: number }, []>(
        "select count(*) as open, coalesce(sum(usd), 0) as held from call where state = 'open'",
      )
      .get()!;
    return {
      ...span,
      total: figuresOf(this.#by("''", span)[0] ?? EMPTY),
      open_calls: open,
      held_usd: held / NANO,
      by_day: this.#by("call.day", span).map(row => ({ day: row.name, ...figuresOf(row) })),
      by_type: this.#by("session.type", span).map(row => ({ type: row.name, ...figuresOf(row) })),
      by_model: this.#by("call.model", span).map(row => ({ model: row.name, ...figuresOf(row) })),
      by_session: this.#by("call.session", span, `order by name desc limit ${SESSIONS}`, PARTS_OUT).map(row => ({
        ...{ session: row.name, type: row.type, stopped: row.stopped },
        ...figuresOf(row),
      })),
    };
  }

  #by(expression: string, { from, to }: Span, order = "order by name", also = ""): Row[] {
    return this.db
      .query<Row, [string, string]>(
        `select ${expression} as name, session.type, session.stopped, count(*) as calls, sum(call.state = 'assumed') as assumed, ${summed}
        from call join session on session.id = call.session
        where call.day between ? and ? and call.state <> 'open' ${also} group by name ${order}`,
      )
      .all(from, to);
  }

  /** Changes whenever a call is let through, settled, or a session stopped. */
  #version(): string {
    const { changes } = this.db.query<{ changes: number }, []>("select total_changes() as changes").get()!;
    const { data_version: others } = this.db.query<{ data_version: number }, []>("pragma data_version").get()!;
    return `${changes} ${others}`;
  }
}

const figuresOf = (row: Row): Figures => ({
  calls: row.calls,
  assumed: row.assumed,
  input_tokens: row.input,
  output_tokens: row.output,
  cache_read_tokens: row.cache_read,
  cache_write_5m_tokens: row.cache_write_5m,
  cache_write_1h_tokens: row.cache_write_1h,
  searches: row.searches,
  usd: row.usd / NANO,
});

const EMPTY: Row = {
  ...{ name: "", type: "", stopped: null, calls: 0, assumed: 0, input: 0, output: 0 },
  ...{ cache_read: 0, cache_write_5m: 0, cache_write_1h: 0, searches: 0, usd: 0 },
};
