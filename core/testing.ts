import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { requestId } from "./access-log";
import { CallerBook, Callers } from "./callers";
import type { Clock } from "./clock";
import { Clock as ClockService } from "./clock";
import { type Env, PluginTable } from "./config";
import { OwnDatabase, openDatabase } from "./database";
import { messageOf } from "./errors";
import { HeldClock } from "./held-clock";
import { Home, HomeFolder } from "./home";
import { House } from "./house";
import { HttpHost } from "./http";
import { Inspector, inspect } from "./inspector";
import { type Builtin, builtin, type Entry, Kernel, type Limits } from "./kernel";
import type { LogLine } from "./log";
import type { Report, RunOptions } from "./pipeline";
import { definePlugin, type Plugin } from "./plugin";
import { complaints } from "./problems";
import { BASE_PATH } from "./routes";
import { rungInMemory } from "./rung";
import { type Schedule, Scheduler } from "./schedule";
import { SecretKeeper, Secrets } from "./secrets";
import { ServiceKey } from "./service-key";
import { TemplateFolders, Templates } from "./templates";
import type { Event, Pipeline, Service, Slot } from "./tokens";

export { HeldClock } from "./held-clock";

/** A folder that is there until it is disposed of. */
export function temporaryFolder(): { readonly path: string } & Disposable {
  const path = realpathSync(mkdtempSync(join(tmpdir(), "hearth-test-")));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** A home with these files: path → text. */
export async function temporaryHome(
  files: Readonly<Record<string, string>> = {},
): Promise<{ readonly home: HomeFolder } & Disposable> {
  const folder = temporaryFolder();
  const home = new HomeFolder(folder.path);
  for (const [path, text] of Object.entries(files)) await home.write(path, text);
  return { home, [Symbol.dispose]: () => folder[Symbol.dispose]() };
}

/** Stands in for the real provider of a service. What a test does not use may be left out. */
export const fake = <T>(token: Service<T>, value: Partial<NoInfer<T>>): Plugin =>
  definePlugin({
    id: `fake:${token.id}`,
    summary: "a stand-in",
    provides: [token],
    setup: ctx => ctx.provide(token, value as T),
  });

/** A plugin with its settings as the config file would give them, checked by its schema. @throws Error with what the schema says */
export function configured(plugin: Plugin, table: Readonly<Record<string, unknown>> = {}): Entry {
  const { enabled, critical, from, ...settings } = PluginTable.parse(table);
  if (!plugin.config && Object.keys(settings).length > 0) throw new Error(`plugins.${plugin.id} takes no settings`);
  if (!plugin.config) return { plugin, enabled, critical };
  const read = plugin.config.safeParse(settings);
  if (read.success) return { plugin, enabled, critical, config: read.data };
  throw new Error(
    complaints(plugin.config, read.error, `plugins.${plugin.id}`)
      .map(({ text }) => text)
      .join("\n"),
  );
}

/** What an answer was. `body` is parsed when it is JSON. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: any;
}

export interface TestOptions {
  readonly home?: HomeFolder;
  readonly clock?: Clock;
  readonly timeZone?: string;
  readonly env?: Env;
  readonly limits?: Partial<Limits>;
  readonly mode?: House["mode"];
  /** As if the home had just been made. */
  readonly fresh?: boolean;
  /** Folders of templates beside the plugins' own. */
  readonly templates?: readonly string[];
  /** The folder of each plugin, for its migrations and templates: id → path. */
  readonly folders?: Readonly<Record<string, string>>;
}

/** A kernel for tests: real but for its surroundings. Databases forget; the home is a temporary one. */
export interface TestKernel extends AsyncDisposable {
  readonly kernel: Kernel;
  readonly home: HomeFolder;
  readonly state: string;
  readonly log: readonly LogLine[];
  /** Calls a route with the service key; `path` without the API's base. */
  call(
    method: string,
    path: string,
    options?: { body?: unknown; headers?: Record<string, string>; key?: string | null },
  ): Promise<Answer>;
  get(path: string, options?: { headers?: Record<string, string>; key?: string | null }): Promise<Answer>;
  /** The whole response, for streams. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** Tells an event and waits until the listeners are done. */
  emit<T>(event: Event<T>, payload: NoInfer<T>): Promise<void>;
  run<T>(pipeline: Pipeline<T>, input: NoInfer<T>, options?: RunOptions): Promise<Report>;
  items<T>(slot: Slot<T>): readonly T[];
  service<T>(token: Service<T>): T;
  /** Makes the schedules ring by the test's clock. */
  schedules(): Scheduler;
}

/** The service key of a test kernel. */
export const TEST_KEY = "test-service-key";

/** Starts plugins in a kernel of their own. @throws the first error of a plugin that fails to start */
export async function testKernel(list: readonly (Plugin | Entry)[], options: TestOptions = {}): Promise<TestKernel> {
  const folder = temporaryFolder();
  const home = options.home ?? (await homeIn(folder.path));
  const state = join(folder.path, "state");
  await Bun.write(join(state, ".keep"), "");
  const log: LogLine[] = [];
  const callers = new CallerBook(["127.0.0.1"]);
  const kernel: Kernel = new Kernel({
    write: line => log.push(line),
    limits: { setup: 5, stop: 5, cut: 1, hook: 10, ...options.limits },
    builtins: [...builtinsFor(home, state, options, () => kernel), builtin(Callers, () => callers)],
  });
  const entries = list.map(item => withFolder("plugin" in item ? item : configured(item), options.folders));
  const close = async () => {
    await kernel.stop();
    folder[Symbol.dispose]();
  };
  try {
    await kernel.apply(entries);
    const failed = kernel.units().find(unit => unit.state === "failed");
    if (failed) throw failed.error;
  } catch (error) {
    await close();
    throw error;
  }
  const host = new HttpHost({
    kernel,
    key: new ServiceKey(TEST_KEY),
    origins: ["http://localhost:3000"],
    callers,
    access: ({ id, count, ...visit }) =>
      kernel.log("http").info("request", { ...visit, request: requestId(id, count) }),
  });
  return {
    kernel,
    home,
    state,
    log,
    ...calls(host),
    async emit(event, payload) {
      kernel.bus.emit("test", event, payload);
      await kernel.activity.rest(
        kernel.units().map(({ id }) => id),
        5,
      );
    },
    run: (pipeline, input, runOptions) => kernel.run("test", pipeline, input, runOptions),
    items: slot => kernel.slots.items(slot),
    service: token => kernel.value(token),
    schedules: () => new Scheduler(kernel, kernel.value(ClockService), options.timeZone ?? "UTC", rungInMemory()),
    [Symbol.asyncDispose]: close,
  };
}

async function homeIn(folder: string): Promise<HomeFolder> {
  const home = new HomeFolder(join(folder, "home"));
  await Bun.write(join(home.path, ".keep"), "");
  return home;
}

const withFolder = (entry: Entry, folders: TestOptions["folders"]): Entry => {
  const folder = folders?.[entry.plugin.id];
  return folder === undefined ? entry : { ...entry, folder };
};

function calls(host: HttpHost): Pick<TestKernel, "call" | "get" | "fetch"> {
  const call: TestKernel["call"] = async (method, path, { body, headers = {}, key = TEST_KEY } = {}) => {
    const response = await host.fetch(
      new Request(`http://localhost${BASE_PATH}${path}`, {
        method,
        headers: {
          ...(key !== null && { "x-api-key": key }),
          ...(body !== undefined && { "content-type": "application/json" }),
          ...headers,
        },
        ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
      }),
    );
    const text = await response.text();
    const json = /[/+]json\b/.test(response.headers.get("content-type") ?? "");
    return { status: response.status, headers: response.headers, body: json && text ? JSON.parse(text) : text };
  };
  return {
    call,
    get: (path, options) => call("GET", path, options),
    fetch: async (path, init) => host.fetch(new Request(`http://localhost${BASE_PATH}${path}`, init)),
  };
}

function builtinsFor(home: HomeFolder, state: string, options: TestOptions, kernel: () => Kernel): Builtin[] {
  const clock = options.clock ?? new HeldClock("2026-11-21T12:00:00Z");
  const secrets = new SecretKeeper();
  const house: House = {
    state,
    root: join(import.meta.dir, ".."),
    config: join(state, "home.toml"),
    mode: options.mode ?? "serve",
    fresh: options.fresh ?? false,
    timeZone: options.timeZone ?? "UTC",
    http: { host: "127.0.0.1", origins: [] },
    env: options.env ?? {},
  };
  return [
    builtin(Home, () => home),
    builtin(House, () => house),
    builtin(ClockService, () => clock),
    builtin(Secrets, () => secrets),
    builtin(Inspector, () => inspect(kernel())),
    builtin(
      Templates,
      ({ folder }) =>
        new TemplateFolders([
          ...(options.templates ?? []),
          ...(folder ? [join(folder, "templates")] : []),
          join(house.root, "templates"),
        ]),
    ),
    builtin(OwnDatabase, ({ folder, own }) => {
      const db = openDatabase(":memory:", folder && join(folder, "migrations"));
      own(() => db.close());
      return db;
    }),
  ];
}

/**
 * Proves that a plugin leaves nothing behind: it is turned on and off, and what it held, heard and provided is gone.
 * @param needs plugins that it requires
 * @throws Error that names what is left
 */
export async function expectClean(
  plugin: Plugin | Entry,
  needs: readonly (Plugin | Entry)[] = [],
  options: TestOptions = {},
): Promise<void> {
  const entry = "plugin" in plugin ? plugin : configured(plugin);
  await using app = await testKernel([...needs, entry], options);
  const { id } = entry.plugin;
  await app.kernel.disable(id);
  const errors = app.log
    .filter(line => line.plugin === id && line.level === "error")
    .map(({ message, error }) => `${message}: ${messageOf(error)}`);
  const left = [
    ...Object.entries(app.kernel.slots.countOf(id)).map(([slot, count]) => `${count} in ${slot}`),
    ...app.kernel.bus.listenersOf(id).map(event => `a listener of ${event}`),
    ...(entry.plugin.provides ?? [])
      .filter(token => app.kernel.services.providerOf(token) === id)
      .map(token => `the service ${token.id}`),
    ...app.kernel.activity.running([id]),
    ...errors,
  ];
  if (left.length > 0) throw new Error(`${id} was turned off and left behind: ${left.join("; ")}`);
}

export type { Schedule };
