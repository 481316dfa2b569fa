import { type Clock, type Home, type Logger, messageOf } from "hearth";
import { ToolRefusal } from "hearth-plugins/tools";
import type { Impulse, Impulses, Urgency } from "./contract";
import type { Errand } from "./errand";
import type { ErrandTable, Written } from "./errand-table";
import type { FixedSlots } from "./fixed-slots";
import { oneLine, pendingAt } from "./impulse";
import { readImpulses } from "./impulses-file";
import { DAY, MINUTE } from "./minutes";
import type { Settings } from "./settings";

/** What impulses are kept with. */
export interface DrawerOptions {
  readonly table: ErrandTable;
  readonly slots: FixedSlots;
  readonly home: Home;
  readonly clock: Clock;
  readonly timeZone: string;
  readonly settings: Settings["impulses"];
  readonly log: Logger;
  /** Something may be due at another time than before. */
  changed(): void;
}

/** An impulse that waits, as lists show it. */
export interface Kept extends Impulse {
  readonly id: number;
  readonly dueAt?: number;
}

/** What the agent wants to do some time: what it put here, and what it wrote into data/impulses.json. */
export class Drawer implements Impulses {
  readonly #options: DrawerOptions;

  constructor(options: DrawerOptions) {
    this.#options = options;
  }

  /** Puts one in. @param hours after which it is over @throws ToolRefusal when too many wait, or it has no words */
  add(text: string, urgency: Urgency, hours: number | undefined, session?: string): Errand {
    const { table, clock, settings } = this.#options;
    const now = clock.now();
    const body = oneLine(text);
    if (body === "") throw new ToolRefusal("an impulse needs words");
    if (this.#rows(now).length >= settings.most)
      throw new ToolRefusal(`${settings.most} impulses wait already; see to one of them, or let it go`);
    const expires = new Date(now.getTime() + (hours === undefined ? settings.days * DAY : hours * 60 * MINUTE));
    const added = table.add({
      kind: "impulse",
      text: body,
      urgency,
      created_at: now.toISOString(),
      made_by: session ?? null,
      expires_at: expires.toISOString(),
      due_at: this.#dueOf(urgency, now.getTime()),
    });
    this.#options.changed();
    return added;
  }

  /** One was seen to, or let go. @throws ToolRefusal when there is none */
  done(id: number): Errand {
    const { table, clock } = this.#options;
    const errand = table.find(id, "impulse");
    if (!errand || !["waiting", "claimed"].includes(errand.state))
      throw new ToolRefusal(`there is no impulse ${id} that waits`);
    table.end(id, "done", clock.now().toISOString());
    this.#options.changed();
    return errand;
  }

  async pending(now: Date, note: (text: string) => void): Promise<readonly Impulse[] | undefined> {
    const { table, home, timeZone } = this.#options;
    const written = await readImpulses(home, timeZone, note);
    const impulses = this.#together(written, now);
    if (typeof written === "string" && impulses.length === 0 && !table.hasHadImpulses()) return undefined;
    return pendingAt(impulses, now.getTime());
  }

  /** Those that wait, with their numbers, the strongest first. */
  async list(): Promise<readonly Kept[]> {
    await this.follow();
    const now = this.#options.clock.now();
    return pendingAt(this.#rows(now).map(keptOf), now.getTime());
  }

  /** Takes over what was written into the file since. Never throws. */
  async follow(): Promise<void> {
    const { home, timeZone, table, log } = this.#options;
    try {
      const found = await readImpulses(home, timeZone, text => log.warn("impulses were passed over", { why: text }));
      if (found === "unusable") return;
      table.follow(this.#written(found === "missing" ? [] : found));
    } catch (error) {
      log.error("the impulses of the home could not be taken over", { error: messageOf(error) });
    }
  }

  #written(found: readonly Impulse[]): Written[] {
    const now = this.#options.clock.now().getTime();
    return found
      .filter(({ expiresAt }) => expiresAt > now)
      .map(impulse => ({
        impulse,
        mark: markOf(impulse),
        due: this.#dueOf(impulse.urgency, Math.min(impulse.createdAt ?? now, now)),
      }));
  }

  /** What the file says now, and what else waits; nothing of the file that was seen to. */
  #together(written: readonly Impulse[] | "missing" | "unusable", now: Date): Impulse[] {
    const rows = this.#rows(now);
    if (written === "unusable") return rows.map(keptOf);
    const over = this.#options.table.marksOver();
    const fromFile = written === "missing" ? [] : written.filter(impulse => !over.has(markOf(impulse)));
    return [...fromFile, ...rows.filter(({ mark, state }) => mark === null || state === "claimed").map(keptOf)];
  }

  /** Those of the table that are not over: also those that a session has been ordered for. */
  #rows(now: Date): Errand[] {
    const { table } = this.#options;
    const held = [...table.inState("waiting", "impulse"), ...table.inState("claimed", "impulse")];
    return held.filter(({ expires_at }) => expires_at! > now.toISOString());
  }

  #dueOf(urgency: Urgency, since: number): string | null {
    const { settings, slots } = this.#options;
    if (!settings.wake.includes(urgency)) return null;
    return slots.clearFrom(new Date(since + settings.after * MINUTE)).toISOString();
  }
}

const keptOf = ({ id, text, urgency, created_at, expires_at, due_at }: Errand): Kept => ({
  id,
  body: text,
  urgency: urgency!,
  expiresAt: Date.parse(expires_at!),
  ...(created_at !== null && { createdAt: Date.parse(created_at) }),
  ...(due_at !== null && { dueAt: Date.parse(due_at) }),
});

/** By what an impulse of the file is known again. */
const markOf = ({ body, createdAt, expiresAt }: Impulse): string =>
  Bun.hash.xxHash3(JSON.stringify([body, createdAt ?? null, expiresAt])).toString(36);
