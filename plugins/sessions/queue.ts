import type { Clock, Database } from "hearth";
import type { Brought } from "./collect";
import type { AgentResult, SessionRecord, SessionState, Ticket, WakeMessage, WakeOrder } from "./contract";
import { nextId } from "./session-id";
import { joined, timingOf } from "./timing";
import type { SessionType } from "./types";

/** An order with what another session was to carry and never did. */
export type QueueOrder = WakeOrder & { readonly carries?: readonly WakeMessage[] };

/** A session as the queue holds it. */
export interface Job {
  readonly id: string;
  readonly type: string;
  readonly state: SessionState;
  readonly outcome: SessionState | null;
  readonly job: string;
  /** Whether everyone may watch it; decided when it begins. */
  readonly live: boolean;
  /** Those of its orders, then those that messengers brought. */
  readonly messages: readonly WakeMessage[];
  readonly maxTurns: number | null;
  readonly queuedAt: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly agent: string | null;
  /** The agent's own id of the session; null when it never began. */
  readonly agentSession: string | null;
  /** The session that it goes on with. */
  readonly resumes: string | null;
  readonly result: AgentResult | null;
  readonly changed: readonly string[];
}

interface Row {
  id: string;
  type: string;
  state: SessionState;
  outcome: SessionState | null;
  job: string;
  live: number;
  messages: string;
  brought: string;
  max_turns: number | null;
  not_before: string;
  latest: string | null;
  queued_at: string;
  started_at: string | null;
  ended_at: string | null;
  agent: string | null;
  agent_session: string | null;
  resumes: string | null;
  result: string | null;
  changed: string | null;
}

const jobOf = (row: Row): Job => ({
  id: row.id,
  type: row.type,
  state: row.state,
  outcome: row.outcome,
  job: row.job,
  live: row.live === 1,
  messages: [...JSON.parse(row.messages), ...Object.values(JSON.parse(row.brought) as Brought).flat()],
  maxTurns: row.max_turns,
  queuedAt: row.queued_at,
  startedAt: row.started_at,
  endedAt: row.ended_at,
  agent: row.agent,
  agentSession: row.agent_session,
  resumes: row.resumes,
  result: row.result === null ? null : JSON.parse(row.result),
  changed: row.changed === null ? [] : JSON.parse(row.changed),
});

/** A job as lists show it. */
export const recordOf = (job: Job): SessionRecord => ({
  id: job.id,
  type: job.type,
  state: job.state,
  job: job.job,
  queuedAt: job.queuedAt,
  startedAt: job.startedAt,
  endedAt: job.endedAt,
  agent: job.agent,
  turns: job.result?.turns ?? null,
  costUsd: job.result?.costUsd ?? null,
  error: job.result?.error ?? null,
  stderr: job.result?.stderr ?? null,
});

/** What may become known of a session on its way. */
type Known = Partial<
  Pick<Job, "outcome" | "agent" | "agentSession" | "result" | "changed" | "startedAt" | "endedAt" | "live">
>;

const onTheWay = "('gathering', 'running', 'finishing')";
/** Urgent ones first; among equals, who came first. */
const inTurn = "urgent desc, id";

/** The durable queue of sessions. What was written here is on disk. */
export class Queue {
  /** What `find` answered last: the status of the session on its way is asked for again and again. Gone with every write. */
  #found: Job | undefined;

  constructor(
    readonly db: Database,
    readonly clock: Clock,
  ) {}

  /** Takes an order: a new session, or the place that an earlier order holds for it. */
  put(order: QueueOrder, type: SessionType): Ticket {
    const take = this.db.transaction(() => {
      const held = this.#held(order) ?? (type.coalesce ? this.#waiting(order) : undefined);
      const id = held?.id ?? this.#insert(order, type);
      if (held && !held.taken) this.#join(held.id, order, type);
      if (order.slot !== undefined)
        this.db.query("insert or ignore into occasion values (?, ?, ?)").run(order.job, order.slot, id);
      return { id, created: !held };
    });
    const { id, created } = take.immediate();
    this.#found = undefined;
    return this.ticket(id, created);
  }

  /** What an order for a session that is there is answered. */
  ticket(id: string, created: boolean): Ticket {
    return { id, created, state: this.find(id)!.state, ahead: this.#ahead(id) };
  }

  /** The session whose turn it is, moved from queued to gathering; nothing when none is due. */
  claim(): Job | undefined {
    this.#found = undefined;
    const now = this.clock.now().toISOString();
    const row = this.db
      .query<Row, [string]>(`update session set state = 'gathering' where id =
        (select id from session where state = 'queued' and not_before <= ? order by ${inTurn} limit 1) returning *`)
      .get(now);
    return row ? jobOf(row) : undefined;
  }

  /** When the next queued session that is not due yet becomes due. */
  nextDue(): Date | undefined {
    const row = this.db
      .query<{ at: string | null }, []>("select min(not_before) as at from session where state = 'queued'")
      .get();
    return row?.at ? new Date(row.at) : undefined;
  }

  /** Moves a session on, and writes down what is known of it by then. */
  move(id: string, state: SessionState, known: Known = {}): void {
    this.#found = undefined;
    const json = (value: unknown) => (value === undefined ? null : JSON.stringify(value));
    this.db
      .query(`update session set state = ?, outcome = coalesce(?, outcome), agent = coalesce(?, agent),
        agent_session = coalesce(?, agent_session), result = coalesce(?, result),
        changed = coalesce(?, changed), started_at = coalesce(?, started_at), ended_at = coalesce(?, ended_at), live = coalesce(?, live) where id = ?`)
      .run(
        state,
        known.outcome ?? null,
        known.agent ?? null,
        known.agentSession ?? null,
        json(known.result),
        json(known.changed),
        known.startedAt ?? null,
        known.endedAt ?? null,
        known.live === undefined ? null : Number(known.live),
        id,
      );
  }

  /** Writes down what messengers brought to a session; of each of them, what it brought before is forgotten. */
  carry(id: string, brought: Brought): void {
    this.#found = undefined;
    this.db.query("update session set brought = json_patch(brought, ?) where id = ?").run(JSON.stringify(brought), id);
  }

  /** The messages that a session was ordered with, without those that messengers brought. */
  orderedWith(id: string): WakeMessage[] {
    const row = this.db.query<{ messages: string }, [string]>("select messages from session where id = ?").get(id);
    return row ? JSON.parse(row.messages) : [];
  }

  /** The latest session that goes on with another. */
  resumedAs(id: string): Job | undefined {
    const row = this.db
      .query<Row, [string]>("select * from session where resumes = ? order by id desc limit 1")
      .get(id);
    return row ? jobOf(row) : undefined;
  }

  find(id: string): Job | undefined {
    if (this.#found?.id === id) return this.#found;
    const row = this.db.query<Row, [string]>("select * from session where id = ?").get(id);
    this.#found = row ? jobOf(row) : undefined;
    return this.#found;
  }

  /** Newest first. */
  list(limit: number): Job[] {
    return this.db.query<Row, [number]>("select * from session order by id desc limit ?").all(limit).map(jobOf);
  }

  /** Those in a state, in the order in which they were ordered. */
  inState(state: SessionState): Job[] {
    return this.db.query<Row, [string]>("select * from session where state = ? order by id").all(state).map(jobOf);
  }

  count(state: SessionState): number {
    return this.db.query<{ n: number }, [string]>("select count(*) as n from session where state = ?").get(state)!.n;
  }

  /** The session that an earlier order for the same occasion made. */
  #held({ job, slot }: WakeOrder): { id: string; taken: true } | undefined {
    if (slot === undefined) return;
    const row = this.db
      .query<{ session: string }, [string, string]>("select session from occasion where job = ? and slot = ?")
      .get(job, slot);
    return row ? { id: row.session, taken: true } : undefined;
  }

  /** A session of this type that has not begun, and goes on with the same one or with none. */
  #waiting({ type, resumes }: WakeOrder): { id: string; taken: false } | undefined {
    const row = this.db
      .query<{ id: string }, [string, string | null]>(
        `select id from session where state = 'queued' and type = ? and resumes is ? order by ${inTurn} limit 1`,
      )
      .get(type, resumes ?? null);
    return row ? { id: row.id, taken: false } : undefined;
  }

  #insert(order: QueueOrder, { urgent }: SessionType): string {
    const now = this.clock.now();
    const last = this.db.query<{ id: string | null }, []>("select max(id) as id from session").get()?.id ?? undefined;
    const id = nextId(now, last);
    const messages = JSON.stringify(this.#messages(order));
    const { notBefore, latest } = timingOf(order, now);
    this.db
      .query(`insert into session (id, type, state, job, urgent, messages, max_turns, not_before, latest, resumes, queued_at)
        values (?, ?, 'queued', ?, ?, ?, ?, ?, ?, ?, ?)`)
      .run(
        id,
        order.type,
        order.job,
        urgent ? 1 : 0,
        messages,
        order.maxTurns ?? null,
        notBefore,
        latest,
        order.resumes ?? null,
        now.toISOString(),
      );
    return id;
  }

  /** Puts an order's message with those of a waiting session, which then begins when both together say, with the turns of the larger. */
  #join(id: string, order: QueueOrder, type: SessionType): void {
    const row = this.db.query<Row, [string]>("select * from session where id = ?").get(id)!;
    const all = JSON.stringify([...JSON.parse(row.messages), ...this.#messages(order)]);
    const turns = Math.max(row.max_turns ?? type.maxTurns, order.maxTurns ?? type.maxTurns);
    const waiting = { notBefore: row.not_before, latest: row.latest };
    const { notBefore, latest } = joined(waiting, timingOf(order, this.clock.now()));
    this.db
      .query("update session set messages = ?, max_turns = ?, not_before = ?, latest = ? where id = ?")
      .run(all, row.max_turns === null && order.maxTurns === undefined ? null : turns, notBefore, latest, id);
  }

  #messages({ message, carries = [] }: QueueOrder): WakeMessage[] {
    return message ? [...carries, { ...message, at: this.clock.now().toISOString() }] : [...carries];
  }

  /** How many sessions go before one that waits, counting those on their way. */
  #ahead(id: string): number {
    const row = this.db
      .query<
        { n: number },
        [string]
      >(`select count(*) as n from session other, session this where this.id = ? and this.state = 'queued' and other.id <> this.id
        and (other.state in ${onTheWay} or (other.state = 'queued' and (other.urgent > this.urgent or (other.urgent = this.urgent and other.id < this.id))))`)
      .get(id);
    return row?.n ?? 0;
  }
}
