import "reflect-metadata";
import { container, type DependencyContainer, injectable, inject as tsyringeInject } from "tsyringe";
import type { Service } from "./tokens";

export { injectable };

/** Names the service that a constructor's parameter takes: `constructor(@inject(Home) readonly home: Home)`. */
export const inject = (service: Service<any>) => tsyringeInject(service.key);

/** One plugin's values, and the classes built from them. It holds no instances of its own: undoing belongs to the context. */
export class Scope {
  readonly #container: DependencyContainer = container.createChildContainer();

  set<T>(service: Service<T>, value: T): this {
    this.#container.registerInstance(service.key, value);
    return this;
  }

  make<T>(Class: new (...args: any[]) => T): T {
    return this.#container.resolve(Class);
  }
}
