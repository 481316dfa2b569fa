import "reflect-metadata"; // tsyringe asks for it before anything else, whatever folder Hearth is started from
import type { DependencyContainer } from "tsyringe";
import type { Service } from "./tokens";

/** Loaded with the first class that is decorated or built: a start that builds none need not wait for it. */
const load = (): typeof import("tsyringe") => require("tsyringe");

/** Marks a class whose constructor takes services, so that `ctx.make` can build it. */
export const injectable = (): ReturnType<typeof import("tsyringe")["injectable"]> => load().injectable();

/** Names the service that a constructor's parameter takes: `constructor(@inject(Home) readonly home: Home)`. */
export const inject = (service: Service<any>) => load().inject(service.key);

/** One plugin's values, and the classes built from them. It holds no instances of its own: undoing belongs to the context. */
export class Scope {
  readonly #values: (readonly [key: symbol, value: unknown])[] = [];
  #container: DependencyContainer | undefined;

  set<T>(service: Service<T>, value: T): this {
    this.#values.push([service.key, value]);
    return this;
  }

  make<T>(Class: new (...args: any[]) => T): T {
    this.#container ??= this.#fill(load().container.createChildContainer());
    return this.#container.resolve(Class);
  }

  #fill(container: DependencyContainer): DependencyContainer {
    for (const [key, value] of this.#values) container.registerInstance(key, value);
    return container;
  }
}
