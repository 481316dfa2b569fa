import { HearthError } from "./errors";
import { type Service, service } from "./tokens";

/** A plugin's own checked settings, for classes that `ctx.make` builds. */
export const Config = service<any>("hearth.config");

/** A service that the kernel itself provides; made for each plugin that requires it. */
export interface Builtin<T = any> {
  readonly token: Service<T>;
  make(plugin: Requirer): T;
}

/** The plugin that a builtin is made for. */
export interface Requirer {
  readonly id: string;
  readonly folder?: string;
  /** Undoes something when that plugin stops. */
  own(undo: () => unknown): void;
}

/** Gives a builtin its types. */
export const builtin = <T>(token: Service<T>, make: Builtin<T>["make"]): Builtin<T> => ({ token, make });

/** Who provides what: the plugins' services, and the kernel's own. */
export class Services {
  readonly #builtins: ReadonlyMap<symbol, Builtin>;
  readonly #values = new Map<symbol, { readonly by: string; readonly value: unknown }>();

  constructor(builtins: readonly Builtin[]) {
    this.#builtins = new Map(builtins.map(one => [one.token.key, one]));
  }

  /** Whether it is the kernel's own. */
  isBuiltin(token: Service<any>): boolean {
    return this.#builtins.has(token.key);
  }

  /** Whether somebody provides it now. */
  has(token: Service<any>): boolean {
    return this.#values.has(token.key) || this.isBuiltin(token);
  }

  /** Which plugin provides it now; "kernel" for the kernel's own. */
  providerOf(token: Service<any>): string | undefined {
    return this.isBuiltin(token) ? "kernel" : this.#values.get(token.key)?.by;
  }

  /** Takes a plugin's value; answers how to take it away. @throws HearthError TWICE, naming both */
  provide<T>(by: string, token: Service<T>, value: T): () => void {
    const other = this.#values.get(token.key);
    if (other) throw new HearthError("TWICE", `the service ${token.id}, by ${other.by} and ${by}`);
    this.#values.set(token.key, { by, value });
    return () => this.#values.delete(token.key);
  }

  /** The value for a plugin. @throws HearthError MISSING when nobody provides it now */
  value<T>(token: Service<T>, requirer: Requirer): T {
    const held = this.#values.get(token.key);
    if (held) return held.value as T;
    const own = this.#builtins.get(token.key);
    if (own) return own.make(requirer);
    throw new HearthError("MISSING", `no active plugin provides ${token.id}`);
  }
}
