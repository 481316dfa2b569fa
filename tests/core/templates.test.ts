import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { definePlugin, type HearthError, Templates } from "hearth";
import { temporaryFolder, testKernel } from "hearth/testing";
import { TemplateFolders } from "../../core/templates";

let folder: ReturnType<typeof temporaryFolder>;
let templates: TemplateFolders;
beforeEach(() => {
  folder = temporaryFolder();
  templates = new TemplateFolders([join(folder.path, "own"), join(folder.path, "house")]);
});
afterEach(() => folder[Symbol.dispose]());

/** What comes out, where an error is as good as nothing. */
function rendered(name: string): string {
  try {
    return templates.render(name, { name: "Ada" });
  } catch {
    return "";
  }
}

let written = 0;
/** Writes a template; each is a second younger than the one before. */
function put(path: string, text: string) {
  const file = join(folder.path, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  const time = 1_800_000_000 + ++written;
  utimesSync(file, time, time);
}

function errorOf(name: string, data: object): string {
  try {
    templates.render(name, data);
  } catch (error) {
    expect((error as HearthError).code).toBe("TEMPLATE");
    return (error as HearthError).message.replaceAll(folder.path, "~");
  }
  throw new Error("it was rendered");
}

test("values are put in as they are", () => {
  put("house/hello.hbs", "Hello {{name}}, {{{name}}}!");
  expect(templates.render("hello", { name: '<Ada & "co">' })).toBe('Hello <Ada & "co">, <Ada & "co">!');
});

test("values of a page are escaped, also in its partials, but for those that it takes as they are", () => {
  put("house/pages/hello.hbs", "{{name}} {{{name}}} {{> pages/part}}");
  put("house/pages/part.hbs", '<a href="{{name}}">');
  expect(templates.render("pages/hello", { name: `"'<b>&` })).toBe(
    `&quot;&#x27;&lt;b&gt;&amp; "'<b>& <a href="&quot;&#x27;&lt;b&gt;&amp;">`,
  );
});

test("the first folder that has the file is the one", () => {
  put("house/hello.hbs", "from the house");
  put("house/prompts/wake.hbs", "wake, says the house");
  put("own/hello.hbs", "from its own");
  expect(templates.render("hello", {})).toBe("from its own");
  expect(templates.render("prompts/wake", {})).toBe("wake, says the house");
});

test("a file that appears in an earlier folder is taken from then on", () => {
  put("house/hello.hbs", "from the house");
  expect(templates.render("hello", {})).toBe("from the house");
  put("own/hello.hbs", "from its own");
  expect(templates.render("hello", {})).toBe("from its own");
});

test("a template that is nowhere is told with all the places", () => {
  expect(errorOf("hello", {})).toBe("the template does not fit: there is no hello.hbs in ~/own, ~/house");
});

test("a name that the data has not is told with the file", () => {
  put("house/hello.hbs", "Hello {{who}}!");
  expect(errorOf("hello", { name: "Ada" })).toMatch(/^the template does not fit: ~\/house\/hello\.hbs: .*"who"/);
});

test("a name deep in the data is told too", () => {
  put("house/hello.hbs", "Hello {{person.name}}!");
  expect(errorOf("hello", { person: {} })).toContain("~/house/hello.hbs");
});

test("a name that may be missing is asked for first", () => {
  put("house/hello.hbs", "Hello{{#if who}} {{who}}{{/if}}{{#each gifts}}, {{this}}{{/each}}!");
  expect(templates.render("hello", { gifts: ["a", "b"] })).toBe("Hello, a, b!");
});

test("a mistake in a template is told with the file and the line", () => {
  put("house/hello.hbs", "fine\n{{#if who}}\n");
  expect(errorOf("hello", {})).toMatch(/~\/house\/hello\.hbs: .*line 3/s);
});

test("a call of something that does not exist is told with the file", () => {
  put("house/hello.hbs", "{{shout name}}");
  expect(errorOf("hello", { name: "Ada" })).toContain("~/house/hello.hbs");
});

test("partials are templates of their own, from any folder", () => {
  put("house/hello.hbs", "{{> parts/name who=first}}{{> end}}");
  put("house/parts/name.hbs", "Hello {{who}}");
  put("house/end.hbs", ".");
  put("own/end.hbs", "!");
  expect(templates.render("hello", { first: "Ada" })).toBe("Hello Ada!");
});

test("a partial that is nowhere is told", () => {
  put("house/hello.hbs", "{{> end}}");
  expect(errorOf("hello", {})).toContain("there is no end.hbs in ~/own, ~/house");
});

test("a partial that holds itself is an error, not the end", () => {
  put("house/hello.hbs", "{{> hello}}");
  expect(errorOf("hello", {})).toContain("~/house/hello.hbs");
});

test("a template that has changed is read again", () => {
  put("house/hello.hbs", "one");
  expect(templates.render("hello", {})).toBe("one");
  put("house/hello.hbs", "two");
  expect(templates.render("hello", {})).toBe("two");
});

test("a partial that has changed is read again, also one in a partial", () => {
  put("house/hello.hbs", "{{> outer}}");
  put("house/outer.hbs", "({{> inner}})");
  put("house/inner.hbs", "one");
  expect(templates.render("hello", {})).toBe("(one)");
  put("house/inner.hbs", "two");
  expect(templates.render("hello", {})).toBe("(two)");
  put("house/outer.hbs", "[{{> inner}}]");
  expect(templates.render("hello", {})).toBe("[two]");
});

test("what every object has is not a name of the data", () => {
  for (const name of ["constructor", "__proto__", "toString", "constructor.constructor"]) {
    put("house/hello.hbs", `{{${name}}}`);
    expect(rendered("hello")).toBe("");
  }
  put("house/hello.hbs", "{{#if constructor}}reached{{/if}}{{lookup this '__proto__'}}");
  expect(templates.render("hello", {})).toBe("");
});

test("text that looks like a template is only text", () => {
  put("house/hello.hbs", "{{text}}");
  expect(templates.render("hello", { text: "{{secret}} {{> hello}}" })).toBe("{{secret}} {{> hello}}");
});

test("a plugin has the config file's templates, then its own, then Hearth's", async () => {
  put("beside/hello.hbs", "beside the config");
  put("plugin/templates/hello.hbs", "the plugin's");
  put("plugin/templates/bye.hbs", "the plugin's bye");
  let held!: Templates;
  const plugin = definePlugin({
    id: "moon",
    summary: "",
    requires: { templates: Templates },
    setup(_, deps) {
      held = deps.templates;
    },
  });
  await using _ = await testKernel([plugin], {
    templates: [join(folder.path, "beside")],
    folders: { moon: join(folder.path, "plugin") },
  });
  expect([held.render("hello", {}), held.render("bye", {})]).toEqual(["beside the config", "the plugin's bye"]);
});
