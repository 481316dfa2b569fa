import { Activity, settledWithin } from "./activity";
import { Bus } from "./bus";
import { Scope } from "./container";
import { contextOf } from "./context";
import { HearthError, messageOf } from "./errors";
import { MemoryJournal } from "./journal";
import { defaultLimits, type Limits } from "./limits";
import { Log, type Logger, logger, type Write } from "./log";
import { type Journal, type Outcome, type Report, type RunOptions, runPipeline } from "./pipeline";
import { asOne, faults, inOrder, unknownNeed } from "./requirements";
import { type Builtin, Config, Services } from "./services";
import { Settled } from "./settled";
import { Slots } from "./slots";
import type { Pipeline, Service } from "./tokens";
import { type Entry, sameEntry, Unit } from "./unit";

export type { Limits } from "./limits";
export { type Builtin, builtin } from "./services";
export type { Entry, State } from "./unit";

export interface KernelOptions {
  readonly write: Write;
  readonly builtins?: readonly Builtin[];
  readonly limits?: Limits;
  readonly journal?: Journal;
}

/** Starts plugins when what they require is there, stops them in reverse, and holds what they contribute. */
export class Kernel {
  readonly activity = new Activity();
  readonly slots = new Slots();
  readonly bus: Bus;
  readonly journal: Journal;
  readonly limits: Limits;
  readonly services: Services;
  readonly #latest = new Map<string, Outcome>();
  #units = new Map<string, Unit>();
  #turn: Promise<unknown> = Promise.resolve();
  #stopping = false;
  readonly #write: Write;

  constructor({ write, builtins = [], limits = defaultLimits, journal = new MemoryJournal() }: KernelOptions) {
    this.#write = write;
    this.services = new Services(builtins);
    this.limits = limits;
    this.journal = journal;
    this.bus = new Bus(this.activity, plugin => this.log(plugin));
  }

  /** What is wrong between these plugins; nothing starts or stops. */
  faults(entries: readonly Entry[]): HearthError[] {
    return faults(entries, token => this.services.isBuiltin(token));
  }

  /**
   * Makes these the plugins of the kernel: stops what is gone or changed, with all that depends on it, and starts what can start.
   * What has not changed runs on. A plugin that fails is reported, and does not stop the others.
   * @throws HearthError when the plugins do not fit together (nothing has changed then), when one marked critical failed, or when all stop
   */
  apply(entries: readonly Entry[]): Promise<void> {
    return this.#inTurn(() => this.#apply(entries));
  }

  async #apply(entries: readonly Entry[]): Promise<void> {
    const fault = asOne(this.faults(entries));
    if (fault) throw fault;
    await this.#replace(inOrder(entries));
    for (const unit of this.#units.values()) await this.#start(unit);
    if (this.#stopping) throw new HearthError("STOPPED", "Hearth itself is stopping, and starts nothing more");
    await this.#refuseUnknownNeeds();
    const lost = this.units().find(unit => unit.isLost);
    if (lost) throw lost.error ?? new HearthError("MISSING", `${lost.id} is critical, and ${this.why(lost.id)}`);
    this.bus.emit("kernel", Settled, {});
  }

  /** Turns one plugin on or off; the others follow. */
  enable(id: string, enabled = true): Promise<void> {
    return this.#inTurn(async () => {
      if (!this.#units.has(id)) throw new HearthError("MISSING", `there is no plugin "${id}"`);
      await this.#apply(this.units().map(({ entry: one }) => (one.plugin.id === id ? { ...one, enabled } : one)));
    });
  }
  disable(id: string): Promise<void> {
    return this.enable(id, false);
  }

  /** Asks all to stop, lets running work end within the limit, cuts off the rest, and undoes everything in reverse. */
  stop(): Promise<void> {
    this.#stopping = true; // a change that goes on starts nothing more
    return this.#inTurn(async () => {
      await this.#rest([...this.#units.values()].filter(unit => unit.state === "active"));
      for (const unit of [...this.#units.values()].reverse()) await this.#dispose(unit, "off");
      this.#stopping = false;
    });
  }

  /** The plugins, providers first. */
  units(): readonly Unit[] {
    return [...this.#units.values()];
  }
  unit(id: string): Unit | undefined {
    return this.#units.get(id);
  }

  /** Why a plugin is not active, as a sentence's end. */
  why(id: string): string {
    const unit = this.#units.get(id);
    if (!unit) return "it is not in the config file";
    if (unit.state === "failed") return messageOf(unit.error);
    if (unit.state === "waiting") return `it waits for ${this.#absent(unit).join(", ")}`;
    return `it is ${unit.state}`;
  }

  /** The value of a service now, for the kernel's own use and for tests. @throws HearthError MISSING */
  value<T>(token: Service<T>): T {
    return this.services.value(token, { id: "kernel", own: () => {} });
  }

  /** The latest outcome of a hook, of this life or of an earlier one. */
  lastOutcome(pipeline: string, hook: string): Outcome | undefined {
    return this.#latest.get(`${pipeline} ${hook}`) ?? this.journal.last(pipeline, hook);
  }

  async run<T>(by: string, pipeline: Pipeline<T>, input: T, options?: RunOptions): Promise<Report> {
    const runner = {
      activity: this.activity,
      journal: this.journal,
      limit: this.limits.hook,
      log: (plugin: string) => this.log(plugin),
      cut: (plugin: string) => this.#units.get(plugin)?.cut.signal ?? new AbortController().signal,
    };
    const running = runPipeline(runner, by, pipeline.id, this.slots.held(pipeline), input, options);
    const report = await this.activity.track(by, `pipeline ${pipeline.id}`, running);
    for (const outcome of report.outcomes) this.#latest.set(`${pipeline.id} ${outcome.id}`, outcome);
    return report;
  }

  log(plugin: string): Logger {
    return logger(plugin, this.#write);
  }

  /** One change at a time. */
  #inTurn<T>(change: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(change);
    this.#turn = turn.catch(() => {});
    return turn;
  }

  /** Takes over the new entries, after stopping what they replace. */
  async #replace(entries: readonly Entry[]): Promise<void> {
    const next = new Map(entries.map(entry => [entry.plugin.id, entry]));
    for (const unit of this.#units.values())
      if (!sameEntry(unit.entry, next.get(unit.id))) await this.#stopWithUsers(unit);
    this.#units = new Map(
      entries.map(entry => {
        const old = this.#units.get(entry.plugin.id);
        const kept = old && sameEntry(old.entry, entry) ? old : new Unit(entry);
        kept.entry = entry;
        return [entry.plugin.id, kept];
      }),
    );
  }

  async #start(unit: Unit): Promise<void> {
    if (!unit.enabled || unit.state === "active" || this.#stopping) return;
    if (this.#absent(unit).length > 0) {
      unit.state = "waiting";
      return;
    }
    unit.begin();
    const from = performance.now();
    try {
      await this.#setup(unit);
      unit.ms = Math.round((performance.now() - from) * 10) / 10;
      unit.state = "active";
    } catch (error) {
      await this.#fail(unit, error);
    }
  }

  async #setup(unit: Unit): Promise<void> {
    const { plugin, folder } = unit.entry;
    const own = (undo: () => unknown) => unit.own(undo, this.limits.stop);
    const place = { id: unit.id, own, ...(folder !== undefined && { folder }) };
    const deps = unit.requires.map(([name, token]) => [name, token, this.services.value(token, place)] as const);
    const scope = new Scope().set(Log, this.log(unit.id)).set(Config, unit.entry.config);
    for (const [, token, value] of deps) scope.set(token, value);
    const values = Object.fromEntries(deps.map(([name, , value]) => [name, value]));
    const context = contextOf(this, unit, scope);
    const setup = (async () => plugin.setup(context, values as never))();
    if (!(await settledWithin(setup, this.limits.setup * 1000)))
      throw new HearthError(
        "LATE",
        `setup of ${unit.id} took more than ${this.limits.setup} s; it may hang, or [limits] setup is too short`,
      );
    await setup;
    const unkept = unit.provides.find(token => this.services.providerOf(token) !== unit.id);
    if (unkept)
      throw new HearthError("UNKEPT", `the header of ${unit.id} says that it provides ${unkept.id}, and setup did not`);
  }

  /** Undoes a start that failed, and keeps its error; an error of the undoing is appended. */
  async #fail(unit: Unit, error: unknown): Promise<void> {
    const undoing = await this.#dispose(unit, "failed");
    unit.error = undoing
      ? new AggregateError([error, undoing], `${messageOf(error)}; and undoing it: ${messageOf(undoing)}`)
      : error;
    this.log(unit.id).error("the plugin did not start", { error: messageOf(unit.error) });
  }

  /** A need of a hook that no plugin of the config file can be meant by is the fault of the hook's plugin. */
  async #refuseUnknownNeeds(): Promise<void> {
    for (const { id, hooks } of this.slots.pipelines())
      for (const held of hooks) {
        const known = [...hooks.map(({ item }) => item.id), ...this.#namesOfInactive()];
        const fault = unknownNeed(id, held, known);
        const unit = this.#units.get(held.by);
        if (!fault || unit?.state !== "active") continue;
        await this.#stopWithUsers(unit);
        await this.#fail(unit, fault);
      }
  }

  /** The names that hooks of plugins which are configured but not active would have, by custom. */
  #namesOfInactive(): string[] {
    const inactive = [...this.#units.values()].filter(unit => unit.state !== "active");
    return inactive.flatMap(({ id }) => [id, id.replace(/^hook-/, "")]);
  }

  /** Stops a plugin, and before it all that require what it provides; those wait. */
  async #stopWithUsers(unit: Unit): Promise<void> {
    const going = [...this.#users(unit), unit].filter(one => one.state === "active");
    await this.#rest(going);
    for (const one of going.reverse().sort((a, b) => this.#place(b) - this.#place(a)))
      await this.#dispose(one, one === unit ? "off" : "waiting");
  }

  #place(unit: Unit): number {
    return [...this.#units.values()].indexOf(unit);
  }

  /** All plugins that require, directly or through others, what this one provides. */
  #users(unit: Unit, found: Set<Unit> = new Set()): Set<Unit> {
    for (const other of this.#units.values()) {
      const uses = other.requires.some(([, token]) => this.services.providerOf(token) === unit.id);
      if (!uses || other === unit || found.has(other)) continue;
      found.add(other);
      this.#users(other, found);
    }
    return found;
  }

  /** Asks plugins to stop, waits for their running work, cuts it off after the limit, and names what did not end. */
  async #rest(units: readonly Unit[]): Promise<void> {
    const ids = units.map(({ id }) => id);
    for (const unit of units) unit.askToStop();
    await this.activity.rest(ids, this.limits.stop);
    for (const unit of units) unit.cutOff();
    const left = await this.activity.rest(ids, this.limits.cut);
    for (const what of left) this.log("kernel").error("this did not end and is left behind", { what });
  }

  /** Undoes all that a plugin did, last first. Answers what went wrong with that. */
  async #dispose(unit: Unit, next: "off" | "waiting" | "failed"): Promise<unknown> {
    unit.cutOff();
    let error: unknown;
    try {
      await unit.owned.disposeAsync();
    } catch (thrown) {
      error = thrown;
      this.log(unit.id).error("the plugin did not stop cleanly", { error: messageOf(thrown) });
    }
    unit.state = next;
    return error;
  }

  /** The services that a plugin requires and that are not there. */
  #absent(unit: Unit): string[] {
    return unit.requires.filter(([, token]) => !this.services.has(token)).map(([, token]) => token.id);
  }
}
