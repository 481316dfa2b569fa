import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { Glob } from "bun";

const root = join(import.meta.dir, "..");
const files = (pattern: string) =>
  [...new Glob(pattern).scanSync(root)].filter(file => !file.includes("node_modules/")).sort();
const text = (file: string) => readFileSync(join(root, file), "utf8");

/** Everything that a file imports: at its top, later on, and for types alone. */
function importsOf(file: string): string[] {
  const found = text(file).matchAll(
    /^\s*(?:import|export)\b[^;'"]*?\bfrom\s+"([^"]+)"|^\s*import\s+"([^"]+)"|\bimport\(\s*["'`]([^"'`$]+)["'`]\s*\)/gm,
  );
  return [...found].map(([, from, bare, later]) => (from ?? bare ?? later)!);
}

const isOwn = (spec: string) => spec.startsWith(".");
const isBuiltIn = (spec: string) => /^(node:|bun(:|$))/.test(spec);
/** Where an import of a file of one's own leads, from the repository's root. */
const target = (file: string, spec: string) => normalize(join(dirname(file), spec));
/** "plugins/search", of any file in it. */
const pluginOf = (file: string) => file.split("/").slice(0, 2).join("/");

/** Fails with a line for each import that breaks a rule. */
function check(pattern: string, broken: (spec: string, file: string) => boolean) {
  const found = files(pattern).flatMap(file =>
    importsOf(file)
      .filter(spec => broken(spec, file))
      .map(spec => `${file} imports ${spec}`),
  );
  expect(found).toEqual([]);
}

test("the rules are read off real files", () => {
  expect(files("core/**/*.ts").length).toBeGreaterThan(30);
  expect(files("plugins/**/*.ts").length).toBeGreaterThan(10);
  expect(importsOf("core/graph.ts").sort()).toEqual(["./errors", "toposort"]);
});

test("the kernel knows no plugin", () => {
  check(
    "core/**/*.ts",
    (spec, file) => /^hearth(-plugins)?(\/|$)/.test(spec) || (isOwn(spec) && !target(file, spec).startsWith("core/")),
  );
});

for (const [library, home] of Object.entries({
  tsyringe: "core/container.ts",
  toposort: "core/graph.ts",
  handlebars: "core/templates.ts",
  chokidar: "core/watch.ts",
  "toml-eslint-parser": "core/toml.ts",
  "fastest-levenshtein": "core/suggest.ts",
  "@elysiajs/cors": "core/http.ts",
}))
  test(`${library} is known to ${home} alone`, () => {
    check(
      "{core,plugins}/**/*.ts",
      (spec, file) => (spec === library || spec.startsWith(`${library}/`)) && file !== home,
    );
    expect(importsOf(home)).toContain(library);
  });

test("a plugin imports Hearth, the contracts of others, its own files and packages", () => {
  check("plugins/**/*.ts", (spec, file) => {
    if (isOwn(spec)) return pluginOf(target(file, spec)) !== pluginOf(file);
    if (/^hearth(\/|$)/.test(spec)) return spec !== "hearth";
    return spec.startsWith("/") || spec.startsWith("file:");
  });
});

test("a plugin imports only contracts that exist", () => {
  const contracts = files("plugins/*/contract.ts").map(file => file.split("/")[1]);
  check("plugins/**/*.ts", spec => {
    const other = /^hearth-plugins\/(.+)$/.exec(spec)?.[1];
    return other !== undefined && !contracts.includes(other);
  });
});

test("a contract is tokens, schemas and types", () => {
  check("plugins/*/contract.ts", (spec, file) => {
    if (isOwn(spec)) return pluginOf(target(file, spec)) !== pluginOf(file);
    return spec !== "hearth" && spec !== "zod" && !spec.startsWith("hearth-plugins/");
  });
});

test("what a contract reaches in its own plugin is never its setup nor its routes", () => {
  const reached = (file: string, seen = new Set<string>()): Set<string> => {
    if (seen.has(file)) return seen;
    seen.add(file);
    for (const spec of importsOf(file)) if (isOwn(spec)) reached(`${target(file, spec)}.ts`, seen);
    return seen;
  };
  const broken = files("plugins/*/contract.ts").flatMap(contract =>
    [...reached(contract)].filter(file => /\/(plugin|routes)\.ts$/.test(file) || importsOf(file).includes("elysia")),
  );
  expect(broken).toEqual([]);
});

test("only a plugin's plugin.ts defines a plugin", () => {
  const broken = files("plugins/**/*.ts").filter(
    file => !file.endsWith("/plugin.ts") && /\bdefinePlugin\b/.test(text(file)),
  );
  expect(broken).toEqual([]);
});

test("every folder of a bundled plugin has its plugin.ts, and is called what the plugin is called", () => {
  const folders = [...new Set(files("plugins/*/*.ts").map(pluginOf))];
  const wrong = folders.filter(folder => {
    if (!files(`${folder}/plugin.ts`).length) return true;
    return !text(`${folder}/plugin.ts`).includes(`id: "${folder.split("/")[1]}"`);
  });
  expect(wrong).toEqual([]);
});

test("tests reach plugins by their names or their own files, and the kernel never imports a test", () => {
  check("{core,plugins}/**/*.ts", (spec, file) => isOwn(spec) && target(file, spec).startsWith("tests/"));
  check("{core,plugins}/**/*.ts", spec => spec === "bun:test");
});

test("every package that is imported is named in package.json", () => {
  const { dependencies, devDependencies } = JSON.parse(text("package.json"));
  const named = new Set(Object.keys({ ...dependencies, ...devDependencies }));
  const nameOf = (spec: string) =>
    (spec.startsWith("@") ? spec.split("/").slice(0, 2) : [spec.split("/")[0]]).join("/");
  check("{core,plugins}/**/*.ts", spec => !isOwn(spec) && !isBuiltIn(spec) && !named.has(nameOf(spec)));
});

test("no file has grown past what one can hold in mind", () => {
  const long = files("{core,plugins}/**/*.ts")
    .map(file => ({ file, lines: text(file).split("\n").length - 1 }))
    .filter(({ lines }) => lines > 300);
  expect(long).toEqual([]);
});

test("no file is a drawer", () => {
  const drawers = files("{core,plugins}/**/*.ts").filter(file => /\/(utils?|common|misc|lib)(\/|\.ts$)/.test(file));
  expect(drawers).toEqual([]);
});

test("what a file of the kernel imports is a file of the kernel that is there", () => {
  check("core/**/*.ts", (spec, file) => isOwn(spec) && files(`${relative(".", target(file, spec))}.ts`).length === 0);
});
