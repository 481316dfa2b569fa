import { messageOf } from "./errors";
import { order } from "./graph";
import type { Kernel, State } from "./kernel";
import type { HookState, Outcome } from "./pipeline";
import { type RouteInfo, routeInfos } from "./route-info";
import { Routes } from "./routes";
import { waits } from "./slots";
import { service } from "./tokens";

/** A plugin, as people and programs see it. */
export interface PluginStatus {
  readonly id: string;
  readonly summary: string;
  readonly state: State;
  /** "bundled", a folder or a package. */
  readonly from: string;
  readonly critical: boolean;
  /** Required services, and the plugin that provides each ("kernel" for the kernel's own); null when nobody does now. */
  readonly requires: readonly { readonly service: string; readonly by: string | null }[];
  readonly provides: readonly string[];
  /** How many items it holds, by slot. */
  readonly holds: Readonly<Record<string, number>>;
  /** Milliseconds that its setup took. */
  readonly ms: number | null;
  readonly error: string | null;
}

/** A hook, as people and programs see it. */
export interface HookStatus {
  readonly id: string;
  readonly by: string;
  readonly needs: readonly string[];
  readonly after: readonly string[];
  /** Seconds. */
  readonly limit: number;
  readonly retries: number;
  /** Its latest run; null when there was none. */
  readonly last: { readonly state: HookState; readonly ms: number; readonly at: string } | null;
}

/** A pipeline and its hooks, in the order in which they may run. */
export interface PipelineStatus {
  readonly id: string;
  /** Those that others wait for come first. */
  readonly hooks: readonly HookStatus[];
}

/** Looks at the running kernel. Changes nothing. */
export interface Inspector {
  plugins(): PluginStatus[];
  pipelines(): PipelineStatus[];
  /** Names of the environment variables that the plugins which are on read. */
  variables(): ReadonlySet<string>;
  /** What is running at this moment, as sentences. */
  running(): string[];
  /** The routes of the moment, with all that they say of themselves; the same array for as long as no route comes or goes. */
  routes(): readonly RouteInfo[];
  /** The kept outcomes of a named run of a pipeline; none when there was no such run. */
  outcomes(pipeline: string, key: string): Outcome[];
}
/** What runs in this kernel, as a service of the kernel. */
export const Inspector = service<Inspector>("hearth.inspector");

/** An inspector of this kernel. */
export const inspect = (kernel: Kernel): Inspector => ({
  routes: oncePer(() => kernel.slots.held(Routes), routeInfos),
  plugins: () =>
    kernel.units().map(unit => ({
      id: unit.id,
      summary: unit.entry.plugin.summary,
      state: unit.state,
      from: unit.entry.from ?? "bundled",
      critical: unit.entry.critical ?? false,
      requires: unit.requires.map(([, token]) => ({
        service: token.id,
        by: kernel.services.providerOf(token) ?? null,
      })),
      provides: unit.provides.map(({ id }) => id),
      holds: kernel.slots.countOf(unit.id),
      ms: unit.ms ?? null,
      error: unit.error === undefined ? null : messageOf(unit.error),
    })),
  pipelines: () =>
    kernel.slots.pipelines().map(({ id, hooks }) => ({
      id,
      hooks: order(hooks.map(({ by, item }) => ({ id: item.id, after: waits(item), by, item }))).map(
        ({ by, item }) => ({
          id: item.id,
          by,
          needs: item.needs ?? [],
          after: item.after ?? [],
          limit: item.limit ?? kernel.limits.hook,
          retries: item.retries ?? 0,
          last: lastOf(kernel.lastOutcome(id, item.id)),
        }),
      ),
    })),
  variables: () =>
    new Set(
      kernel.units().flatMap(({ state, entry }) => (state === "active" ? Object.keys(entry.plugin.env ?? {}) : [])),
    ),
  outcomes: (pipeline, key) => kernel.journal.outcomes(pipeline, key),
  running: () => kernel.activity.running(kernel.units().map(({ id }) => id)),
});

const lastOf = (outcome: Outcome | undefined): HookStatus["last"] =>
  outcome ? { state: outcome.state, ms: outcome.ms, at: outcome.at } : null;

/** Makes a value of what is there, anew only when something else is there. */
function oncePer<A, B>(there: () => A, make: (value: A) => B): () => B {
  let last: { readonly of: A; readonly made: B } | undefined;
  return () => {
    const of = there();
    if (last?.of !== of) last = { of, made: make(of) };
    return last.made;
  };
}
