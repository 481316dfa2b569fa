import { HearthError } from "./errors";
import { order } from "./graph";
import { type Held, type Hook, type Pipeline, type Slot, type SlotCheck, slot } from "./tokens";

/** A slot check that refuses a second item of the same id, naming both plugins. */
export const uniqueIds =
  (what: string): SlotCheck =>
  (held: readonly Held<{ id: string }>[]) => {
    const last = held.at(-1)!;
    const other = held.find(one => one !== last && one.item.id === last.item.id);
    if (other) throw new HearthError("TWICE", `the ${what} "${last.item.id}", by ${other.by} and ${last.by}`);
  };

/** A slot of hooks that run as a graph. Refuses an id that is taken and a cycle, at the moment the hook is added. */
export const pipeline = <T>(id: string): Pipeline<T> => ({
  ...slot<Hook<T>>(id, held => {
    uniqueIds(`hook of ${id}`)(held);
    order(held.map(({ item }) => ({ id: item.id, after: waits(item) })));
  }),
  pipeline: true,
});

/** The names a hook waits for, whether they are there or not. */
export const waits = (hook: Hook<any>): string[] => [...(hook.needs ?? []), ...(hook.after ?? [])];

const NONE: readonly Held[] = [];

/** What is in which slot, and who watches. */
export class Slots {
  readonly #held = new Map<string, Held[]>();
  readonly #items = new WeakMap<readonly Held[], readonly unknown[]>();
  readonly #pipelines = new Set<string>();
  readonly #watchers = new Map<string, Set<() => void>>();

  held<T>(slot: Slot<T>): readonly Held<T>[] {
    return (this.#held.get(slot.id) ?? NONE) as Held<T>[];
  }

  /** The items of a slot; the same array until they change. */
  items<T>(slot: Slot<T>): readonly T[] {
    const held = this.held(slot);
    const known = this.#items.get(held) as readonly T[] | undefined;
    if (known) return known;
    const items = held.map(({ item }) => item);
    this.#items.set(held, items);
    return items;
  }

  /** Adds an item; answers how to take it away. Throws what the slot's check throws. */
  add<T>(by: string, slot: Slot<T>, item: T): () => void {
    const held = this.#held.get(slot.id) ?? [];
    const one = { by, item };
    slot.check?.([...held, one]);
    this.#held.set(slot.id, [...held, one]);
    if ("pipeline" in slot) this.#pipelines.add(slot.id);
    this.#tell(slot.id);
    return () => {
      this.#held.set(
        slot.id,
        this.#held.get(slot.id)!.filter(other => other !== one),
      );
      this.#tell(slot.id);
    };
  }

  /** Calls when a slot's items have changed; answers how to stop that. */
  watch(slot: Slot<any>, changed: () => void): () => void {
    const watchers = this.#watchers.get(slot.id) ?? new Set();
    this.#watchers.set(slot.id, watchers.add(changed));
    return () => watchers.delete(changed);
  }

  /** How many items a plugin holds, by slot. */
  countOf(plugin: string): Record<string, number> {
    const counts = [...this.#held].map(
      ([slot, held]) => [slot, held.filter(({ by }) => by === plugin).length] as const,
    );
    return Object.fromEntries(counts.filter(([, count]) => count > 0));
  }

  /** The pipelines that anybody has added a hook to, with their hooks. */
  pipelines(): { id: string; hooks: readonly Held<Hook<any>>[] }[] {
    return [...this.#pipelines].map(id => ({ id, hooks: (this.#held.get(id) ?? []) as Held<Hook<any>>[] }));
  }

  #tell(slot: string): void {
    for (const changed of this.#watchers.get(slot) ?? []) changed();
  }
}
