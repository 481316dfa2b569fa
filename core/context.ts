import type { Scope } from "./container";
import { HearthError } from "./errors";
import type { Kernel } from "./kernel";
import type { Context } from "./plugin";
import type { Unit } from "./unit";

/** The context of one plugin's life: every verb notes how to undo it on the unit, on the line where it is done. */
export function contextOf(kernel: Kernel, unit: Unit, scope: Scope): Context<any> {
  const { id, asked, cut } = unit;
  const { signal } = asked;
  const alive = () => {
    if (signal.aborted) throw new HearthError("STOPPED", `${id} asked for something new`);
  };
  const own = (undo: () => unknown) => {
    alive();
    unit.own(undo, kernel.limits.stop);
  };
  return {
    id,
    config: unit.entry.config,
    log: kernel.log(id),
    signal,
    cut: cut.signal,
    items: slot => kernel.slots.items(slot),
    provide(token, value) {
      alive();
      if (!unit.provides.some(said => said.key === token.key))
        throw new HearthError("UNKEPT", `${id} provides ${token.id}, and its header does not say so`);
      own(kernel.services.provide(id, token, value));
    },
    add(slot, item) {
      alive();
      own(kernel.slots.add(id, slot, item));
    },
    on(event, listen) {
      alive();
      own(kernel.bus.on(id, event, listen));
    },
    emit: (event, payload) => kernel.bus.emit(id, event, payload),
    run: (pipeline, input, options) => kernel.run(id, pipeline, input, options),
    track: (what, work) => kernel.activity.track(id, what, work),
    make: Class => scope.make(Class),
    own,
  };
}
