import { HearthError } from "./errors";
import { order } from "./graph";
import { type Held, type Hook, type Pipeline, type SlotCheck, slot } from "./tokens";

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
