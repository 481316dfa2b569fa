import type { Database } from "bun:sqlite";
import type { Rung } from "./schedule";

/** Keeps the last slots in the kernel's database. */
export const rungOnDisk = (db: Database): Rung => ({
  last(schedule) {
    const row = db.query<{ slot: string }, [string]>("select slot from rung where schedule = ?").get(schedule);
    return row ? new Date(row.slot) : undefined;
  },
  write(schedule, slot) {
    db.query("insert or replace into rung (schedule, slot) values (?, ?)").run(schedule, slot.toISOString());
  },
});

/** Forgets, when the kernel stops. */
export function rungInMemory(): Rung {
  const slots = new Map<string, Date>();
  return { last: id => slots.get(id), write: (id, slot) => void slots.set(id, slot) };
}
