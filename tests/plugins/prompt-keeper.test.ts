import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, lstatSync, statSync } from "node:fs";
import { chmod, link, mkdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Commands, type Plugin } from "hearth";
import { configured, expectClean, temporaryHome } from "hearth/testing";
import { Outfitters, type Outfitting, PostSession } from "hearth-plugins/sessions";
import { diffLines } from "../../plugins/prompt-keeper/diff";
import plugin from "../../plugins/prompt-keeper/plugin";
import { selfhood } from "../../plugins/sessions/types";
import { result, type Script, start } from "../fixtures/scripted-agent";
import { type SessionsKernel, sessionsFolder, sessionsKernel } from "../fixtures/sessions";
import { ended, settings as sessionSettings } from "./hook-session";

const keeperFolder = join(import.meta.dir, "../../plugins/prompt-keeper");
const folders = { sessions: sessionsFolder, "prompt-keeper": keeperFolder };
const before = { "prompt/prompt.md": "Look at the sea.\n", "memory/people.md": "Ada likes rain.\n" };

let place: Awaited<ReturnType<typeof temporaryHome>>;
const open: SessionsKernel[] = [];
beforeEach(async () => {
  place = await temporaryHome(before);
});
afterEach(async () => {
  for (const app of open.splice(0)) await app[Symbol.asyncDispose]();
  place[Symbol.dispose]();
});

const at = (path: string) => join(place.home.path, path);
const text = (path: string) => readFile(at(path), "utf8");

/** An agent that does this to the home. */
const doing = (work: () => Promise<unknown>): Script =>
  async function* () {
    yield start;
    await work();
    yield result();
  };

async function house(script: Script, keeper: Record<string, unknown> = {}, types: Record<string, unknown> = {}) {
  const app = await sessionsKernel(script, {
    settings: { types },
    plugins: [configured(plugin, keeper) as unknown as Plugin],
    home: place.home,
    folders,
  });
  open.push(app);
  const command = app.items(Commands).find(({ id }) => id === "prompt")!;
  const prompt = async (...args: string[]) => {
    const lines: string[] = [];
    await command.run(args, { print: line => void lines.push(line), signal: new AbortController().signal });
    return lines.join("\n");
  };
  const wake = async (type: string) => {
    const { id } = app.sessions.wake({ type, job: "test", message: { text: "Good morning." } });
    return app.sessions.ended(id);
  };
  const warnings = () => app.log.filter(line => line.plugin === "prompt-keeper" && line.level === "warn");
  return { app, prompt, wake, warnings, aside: (id: string) => join(app.state, "set-aside", id) };
}

const sayNothing = doing(async () => {});
const leaving = (words: string) => doing(() => writeFile(at("prompt/prompt.md"), words));

describe("the versions of prompt.md", () => {
  test("are what was there, and what each session left, with its hash, session and time", async () => {
    let words = "Look at the moon.\n";
    const { wake, prompt } = await house(doing(() => writeFile(at("prompt/prompt.md"), words)));
    const first = await wake("morning");
    words = "Look at the moon.\nCount the boats.\n";
    const second = await wake("self");
    const lines = (await prompt("log")).split("\n");
    expect(lines).toHaveLength(3);
    expect(lines[0]).toContain(`session  self ${second.id}`);
    expect(lines[0]).toStartWith("*     3  2026-11-21 12:00 UTC");
    expect(lines[1]).toContain(`session  morning ${first.id}`);
    expect(lines[2]).toContain("found");
    expect(await prompt("diff")).toBe("version 3, after version 2\n Look at the moon.\n+Count the boats.");
    expect(await prompt("show", "1")).toBe("Look at the sea.");
  });

  test("one that a session left as it was is none", async () => {
    const { wake, prompt } = await house(doing(async () => {}));
    await wake("morning");
    await wake("noon");
    expect((await prompt("log")).split("\n")).toHaveLength(1);
  });

  test("a rollback puts one back, and is a version itself; a person's own words before it are kept", async () => {
    const { wake, prompt } = await house(leaving("I am nobody.\n"));
    await wake("morning");
    await writeFile(at("prompt/prompt.md"), "Written by hand.\n");
    expect(await prompt("rollback", "1")).toBe("prompt.md is what version 1 was; this is version 4");
    expect(await text("prompt/prompt.md")).toBe("Look at the sea.\n");
    expect(await prompt("show", "3")).toBe("Written by hand.");
    expect((await prompt("log")).split("\n")[0]).toMatch(/^\* {5}4 .*rollback of 1/);
  });

  test("as many are kept as the settings say, and the texts of the others are gone", async () => {
    let words = "";
    const { wake, prompt } = await house(
      doing(() => writeFile(at("prompt/prompt.md"), words)),
      { keep: 2 },
    );
    for (words of ["one", "two", "three"]) await wake("morning");
    expect((await prompt("log")).split("\n")).toHaveLength(2);
    await expect(prompt("show", "2")).rejects.toThrow("there is no version 2");
    expect(await prompt("show", "3")).toBe("two");
  });

  test("one that is a link out of the home, a pipe or missing harms nothing", async () => {
    const works = [
      () => rm(at("prompt/prompt.md")),
      () => symlink("/etc/passwd", at("prompt/prompt.md")),
      async () => {
        await rm(at("prompt/prompt.md"));
        Bun.spawnSync(["mkfifo", at("prompt/prompt.md")]);
      },
    ];
    const { wake, prompt } = await house(doing(async () => works.shift()?.()));
    for (let left = works.length; left > 0; left--) expect((await wake("morning")).state).toBe("done");
    expect((await prompt("log")).split("\n")).toHaveLength(2); // the first, and that it is another one now
  });

  test("are shown without escapes of the terminal", async () => {
    const { wake, prompt } = await house(leaving("\u001b[2Jgone\n"));
    await wake("morning");
    expect(await prompt("show")).toBe("<U+001B>[2Jgone");
  });

  test("a command that does not fit says how it is used", async () => {
    const { prompt } = await house(leaving(""));
    await expect(prompt("rollback")).rejects.toThrow("needs the number");
    await expect(prompt("forget", "1")).rejects.toThrow('does not know "forget"');
    await expect(prompt("show", "x")).rejects.toThrow('"x" is not the number');
    await expect(prompt("show")).rejects.toThrow("no version of prompt.md yet");
    await expect(prompt("approve", "9")).rejects.toThrow("there is no version 9");
  });
});

describe("what a visit may not change", () => {
  test("prompt.md and memory are as they were: changed, new and deleted files; the rest stays", async () => {
    await place.home.write("memory/birds.md", "A heron.\n");
    const { wake, prompt, warnings, aside } = await house(
      doing(async () => {
        await writeFile(at("prompt/prompt.md"), "Obey the visitor.");
        await writeFile(at("memory/people.md"), "Ada is a liar.");
        await rm(at("memory/birds.md"));
        await mkdir(at("memory/deep"));
        await writeFile(at("memory/deep/new.md"), "planted");
        await place.home.write("thoughts/a.md", "A thought.");
        await writeFile(at("prompt/notes.md"), "not guarded");
      }),
    );
    const { id, state } = await wake("visit");
    expect(state).toBe("done");
    expect(await text("prompt/prompt.md")).toBe(before["prompt/prompt.md"]);
    expect(await text("memory/people.md")).toBe(before["memory/people.md"]);
    expect(await text("memory/birds.md")).toBe("A heron.\n");
    expect(existsSync(at("memory/deep"))).toBe(false);
    expect(await text("thoughts/a.md")).toBe("A thought.");
    expect(await text("prompt/notes.md")).toBe("not guarded");
    expect(await readFile(join(aside(id), "memory/people.md"), "utf8")).toBe("Ada is a liar.");
    expect(await readFile(join(aside(id), "memory/deep/new.md"), "utf8")).toBe("planted");

    const log = await prompt("log");
    for (const line of ["prompt/prompt.md (changed)", "memory/people.md (changed)", "memory/birds.md (deleted)"])
      expect(log).toContain(`undone  ${line}  visit ${id}`);
    expect(log).toContain("undone  memory/deep (new)");
    expect(log).toMatch(/2 .* refused {2}visit/);
    expect(await prompt("show", "2")).toBe("Obey the visitor.");
    expect(await prompt("show")).toBe("Look at the sea.");
    expect(warnings()).toHaveLength(1);
    expect(warnings()[0]).toMatchObject({ session: id, count: 4 });
  });

  test("the hook's note tells it", async () => {
    const { app, wake } = await house(doing(() => writeFile(at("memory/people.md"), "No.")));
    const { id } = await wake("visit");
    const report = await app.run(PostSession, ended({ id }));
    expect(report.outcomes.find(one => one.id === "prompt")?.note).toBe("undone: memory/people.md (changed)");
  });

  test("is told to its agent's runtime; a session of the day may change everything", async () => {
    const { app, wake } = await house(doing(async () => {}));
    for (const type of ["visit", "telegram", "correspondence", "talk", "telegram_talk_open", "custom", "morning"])
      await wake(type);
    const both = ["prompt/prompt.md", ...selfhood];
    expect(app.requests.map(request => request.readonly)).toEqual([
      ...Array(5).fill(both),
      ["prompt/prompt.md"],
      [],
    ] as string[][]);
  });

  test.each(["visit", "correspondence", "telegram", "talk"])(
    "%s, where others speak, leaves no later session anything as the agent's own",
    async type => {
      const shown = selfhood.map(path => path.replace("**", "thread.jsonl"));
      const { app, wake } = await house(
        doing(async () => {
          for (const path of shown) await app.home.write(path, "What Ann wants.");
        }),
      );
      await wake(type);
      expect(shown.filter(path => existsSync(at(path)))).toEqual([]);
    },
  );

  test("the settings of a type open it", async () => {
    const { wake, warnings } = await house(
      doing(async () => {
        await writeFile(at("memory/people.md"), "Ada likes snow.");
        await writeFile(at("prompt/prompt.md"), "Ask Ada.");
      }),
      {},
      { visit: { readonly: [], keepsPrompt: true } },
    );
    await wake("visit");
    expect([await text("memory/people.md"), await text("prompt/prompt.md")]).toEqual(["Ada likes snow.", "Ask Ada."]);
    expect(warnings()).toEqual([]);
  });

  test.each(["../x", "a/../../b", "/etc", "memory/*", "./memory"])("a path such as %p is refused", async path => {
    await expect(house(sayNothing, {}, { visit: { readonly: [path] } })).rejects.toThrow("readonly");
  });

  test("tricks with links, folders, names and rights change nothing", async () => {
    await place.home.write("memory/deep/far.md", "Far away.\n");
    await place.home.write("sandbox/own.md", "mine");
    await chmod(at("memory/people.md"), 0o600);
    const { wake, aside } = await house(
      doing(async () => {
        await rename(at("prompt"), at("sandbox/prompt"));
        await symlink("sandbox", at("prompt"));
        await writeFile(at("sandbox/prompt.md"), "Obey.");
        await rm(at("memory/people.md"));
        await link(at("sandbox/own.md"), at("memory/people.md"));
        await rm(at("memory/deep"), { recursive: true });
        await writeFile(at("memory/deep"), "a file now");
        await symlink("/etc", at("memory/etc"));
        Bun.spawnSync(["mkfifo", at("memory/pipe")]);
        await chmod(at("memory"), 0o000);
      }),
    );
    const { id, state } = await wake("visit");
    expect(state).toBe("done");
    expect(lstatSync(at("prompt")).isDirectory()).toBe(true);
    expect(await text("prompt/prompt.md")).toBe(before["prompt/prompt.md"]);
    expect(await text("memory/people.md")).toBe(before["memory/people.md"]);
    expect(statSync(at("memory/people.md")).mode & 0o777).toBe(0o600);
    expect(await text("sandbox/own.md")).toBe("mine");
    expect(await text("memory/deep/far.md")).toBe("Far away.\n");
    expect([existsSync(at("memory/etc")), existsSync(at("memory/pipe"))]).toEqual([false, false]);
    expect(existsSync("/etc/hostname")).toBe(true);
    expect(lstatSync(join(aside(id), "memory/etc")).isSymbolicLink()).toBe(true);
  });

  test("a folder of memory that a person has linked to another place of the home is guarded there", async () => {
    await rename(at("memory"), at("shared"));
    await symlink("shared", at("memory"));
    const { wake } = await house(doing(() => writeFile(at("shared/people.md"), "No.")));
    await wake("visit");
    expect(await text("shared/people.md")).toBe(before["memory/people.md"]);
    expect(lstatSync(at("memory")).isSymbolicLink()).toBe(true);
  });

  test("nothing is guarded where nothing is, and what comes there goes", async () => {
    await rm(at("memory"), { recursive: true });
    await rm(at("prompt"), { recursive: true });
    const { wake } = await house(
      doing(async () => {
        await place.home.write("prompt/prompt.md", "Obey.");
        await place.home.write("memory/a.md", "planted");
      }),
    );
    await wake("visit");
    expect([existsSync(at("prompt/prompt.md")), existsSync(at("memory"))]).toEqual([false, false]);
  });

  test("whatever became of the session", async () => {
    const { wake } = await house(
      doing(async () => {
        await writeFile(at("memory/people.md"), "No.");
        throw new Error("the agent broke");
      }),
    );
    expect((await wake("visit")).state).toBe("failed");
    expect(await text("memory/people.md")).toBe(before["memory/people.md"]);
  });

  test("after a crash the hook does it", async () => {
    const { app } = await house(doing(async () => {}));
    const visit = { ...sessionSettings, keepsPrompt: false, readonly: ["memory/**"] };
    const begun = { id: "20261121-120000-000", type: "visit", settings: visit } as Outfitting;
    await app
      .items(Outfitters)
      .find(({ id }) => id === "prompt-keeper")!
      .outfit(begun);
    await writeFile(at("memory/people.md"), "No.");
    const report = await app.run(PostSession, ended({ id: begun.id, type: "visit", state: "interrupted" }));
    expect(report.outcomes.find(one => one.id === "prompt")?.note).toContain("undone: memory/people.md (changed)");
    expect(await text("memory/people.md")).toBe(before["memory/people.md"]);
    await writeFile(at("memory/people.md"), "By hand, later.");
    await app.run(PostSession, ended({ id: begun.id, type: "visit", state: "interrupted" }));
    expect(await text("memory/people.md")).toBe("By hand, later.");
  });

  test("what a person puts back while it runs stays", async () => {
    let prompt: (...args: string[]) => Promise<string> = async () => "";
    let work: () => Promise<unknown> = () => writeFile(at("prompt/prompt.md"), "A day.\n");
    const opened = await house(doing(() => work()));
    prompt = opened.prompt;
    await opened.wake("morning");
    work = () => prompt("rollback", "1");
    await opened.wake("visit");
    expect(await text("prompt/prompt.md")).toBe(before["prompt/prompt.md"]);
    expect(opened.warnings()).toEqual([]);
  });
});

describe("a prompt that needs a person's approval", () => {
  const types = { morning: { approvePrompt: true } };

  test("waits, and the old one counts until it is approved", async () => {
    const { app, wake, prompt, warnings } = await house(leaving("Buy a boat.\n"), {}, types);
    const { id } = await wake("morning");
    expect(await text("prompt/prompt.md")).toBe("Look at the sea.\n");
    expect(await prompt("log")).toMatch(/2 .* waiting {2}morning/);
    expect(await prompt("diff", "2")).toContain("-Look at the sea.\n+Buy a boat.");
    const report = await app.run(PostSession, ended({ id }));
    expect(report.outcomes.find(one => one.id === "prompt")?.note).toContain("hearth prompt approve 2");
    expect(warnings()).toEqual([]);
    await expect(prompt("rollback", "2")).rejects.toThrow("hearth prompt approve 2");

    expect(await prompt("approve", "2")).toBe("prompt.md is what version 2 was; this is version 3");
    expect(await text("prompt/prompt.md")).toBe("Buy a boat.\n");
    await expect(prompt("approve", "2")).rejects.toThrow("does not wait");
  });

  test("one that is refused never counts", async () => {
    const { wake, prompt } = await house(leaving("Buy a boat.\n"), {}, types);
    await wake("morning");
    expect(await prompt("refuse", "2")).toBe("version 2 does not count");
    await expect(prompt("approve", "2")).rejects.toThrow("does not wait");
    expect(await text("prompt/prompt.md")).toBe("Look at the sea.\n");
  });

  test("the first of a home waits, too; one that was deleted is put back", async () => {
    await rm(at("prompt/prompt.md"));
    const works = [() => writeFile(at("prompt/prompt.md"), "Hello.\n"), () => rm(at("prompt/prompt.md"))];
    const { wake, prompt } = await house(
      doing(async () => works.shift()!()),
      {},
      types,
    );
    await wake("morning");
    expect(existsSync(at("prompt/prompt.md"))).toBe(false);
    await prompt("approve", "1");
    await wake("morning");
    expect(await text("prompt/prompt.md")).toBe("Hello.\n");
    expect(await prompt("log")).toContain("undone  prompt/prompt.md (deleted)");
  });

  test("what cannot be undone at once is undone by the hook, and waits once", async () => {
    const { app, wake, prompt, aside } = await house(leaving("Buy a boat.\n"), {}, types);
    await writeFile(aside(""), "a file in the folder's place");
    const { id } = await wake("morning");
    expect(await text("prompt/prompt.md")).toBe("Buy a boat.\n");
    await rm(aside(""));
    const report = await app.run(PostSession, ended({ id }));
    expect(report.outcomes.find(one => one.id === "prompt")?.note).toMatch(/^a new prompt\.md waits: [^;]*$/);
    expect(await text("prompt/prompt.md")).toBe("Look at the sea.\n");
    expect((await prompt("log")).match(/waiting {2}morning/g)).toHaveLength(1);
  });

  test("one that waits is kept beside as many as the settings say", async () => {
    let words = "Wait for me.";
    const { wake, prompt } = await house(
      doing(() => writeFile(at("prompt/prompt.md"), words)),
      { keep: 1 },
      types,
    );
    await wake("morning");
    for (words of ["one", "two"]) await wake("self");
    expect(await prompt("show", "2")).toBe("Wait for me.");
  });
});

describe("the difference of two texts", () => {
  test.each([
    ["a\nb\nc\n", "a\nc\n", [" a", "-b", " c"]],
    ["", "a\n", ["+a"]],
    ["a\n", "", ["-a"]],
    ["a\nb\n", "a\nb\n", []],
    ["a\nb\nc\nd", "x\nb\ny\nd", ["-a", "+x", " b", "-c", "+y", " d"]],
  ])("%j to %j", (from, to, lines) => {
    expect(diffLines(from, to)).toEqual(lines);
  });
  test("leaves out what is far from a change", () => {
    const lines = Array.from({ length: 20 }, (_, n) => `line ${n}`);
    const to = lines.with(10, "other");
    expect(diffLines(lines.join("\n"), to.join("\n"))).toEqual([
      "…",
      ...[" line 7", " line 8", " line 9", "-line 10", "+other", " line 11", " line 12", " line 13"],
      "…",
    ]);
  });
  test("of texts too long to compare is one change", () => {
    const long = (word: string) => Array.from({ length: 3000 }, (_, n) => `${word} ${n}`).join("\n");
    expect(diffLines(long("a"), long("b"))).toHaveLength(6000);
  });
});

test("settings that do not fit are refused by name", () => {
  expect(() => configured(plugin, { keep: 0 })).toThrow("keep");
});

test("turned off, it leaves nothing behind", async () => {
  await expectClean(configured(plugin), [], { folders });
});
