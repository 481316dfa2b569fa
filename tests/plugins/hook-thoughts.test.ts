import { describe, expect, test } from "bun:test";
import { chmod, mkdir, readdir, readFile, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { HomeFolder } from "hearth";
import { configured, expectClean, temporaryFolder, temporaryHome, testKernel } from "hearth/testing";
import { parseFrontMatter } from "hearth-plugins/content";
import { PostSession } from "hearth-plugins/sessions";
import { giveTitle } from "../../plugins/hook-thoughts/give-title";
import plugin from "../../plugins/hook-thoughts/plugin";
import { replaceKeepingTime } from "../../plugins/hook-thoughts/replace-keeping-time";
import { nameAsTitle, titleFor, withTitle } from "../../plugins/hook-thoughts/title";
import { ended } from "./hook-session";

const bytes = (home: HomeFolder, path: string) => readFile(join(home.path, path), "utf8");

describe("the title of a thought", () => {
  test("is its first heading, but not one in code", () => {
    expect(titleFor("thoughts/a.md", "words\n```sh\n# not this\n```\n## nor this\n# This one #\n# not that\n")).toBe(
      "This one",
    );
    expect(titleFor("thoughts/a.md", "~~~\n# no\n```\n# no\n~~~\n# Yes\r\n")).toBe("Yes");
  });

  test("else the file's name without its date", () => {
    expect(nameAsTitle("thoughts/2026-01-15-morning-light.md")).toBe("Morning Light");
    expect(nameAsTitle("thoughts/on-été.md")).toBe("On Été");
    expect(nameAsTitle("thoughts/2026-01-15.md")).toBe("2026-01-15");
  });
});

describe("a title is put in", () => {
  test("H4: every other byte stays as it was: rules, blank lines, comments, line ends", () => {
    const rest = "# comment\nmood:   quiet\nlist:\n- a\n---\none\n---\n\ntwo\n---\n\n\n";
    expect(withTitle(`---\n${rest}`, "T")).toBe(`---\ntitle: "T"\n${rest}`);
    expect(withTitle("\uFEFF---\r\na: 1\r\n---\r\nb\r\n", "T")).toBe('\uFEFF---\r\ntitle: "T"\r\na: 1\r\n---\r\nb\r\n');
    expect(withTitle("---\n---\n", "T")).toBe('---\ntitle: "T"\n---\n');
  });

  test("H4: quotes, colons and the like in a title stay valid YAML", () => {
    for (const title of ['He said: "stay"', "'", "a # b", "\\", "- x", "{", "é\t🌙", "null", "2026-01-15"]) {
      const titled = withTitle("---\nmood: quiet\n---\nbody\n---\n", title)!;
      expect(parseFrontMatter(titled)).toMatchObject({ data: { title, mood: "quiet" }, body: "body\n---\n" });
    }
  });

  test("an empty title is filled, and a mapping in braces is no obstacle", () => {
    const filled = withTitle("---\nmood: quiet # so\ntitle:\n---\nb", "T")!;
    expect(parseFrontMatter(filled).data).toEqual({ mood: "quiet", title: "T" });
    expect(filled).toContain("# so");
    expect(parseFrontMatter(withTitle("---\n{ mood: quiet }\n---\nb", "T")!).data).toEqual({
      title: "T",
      mood: "quiet",
    });
  });

  test("not where there is one, nor where there is no front matter", () => {
    expect(withTitle("---\ntitle: mine\n---\n", "T")).toBeUndefined();
    expect(withTitle("# plain\n", "T")).toBeUndefined();
  });
});

describe("a file of a thought", () => {
  test("H4: keeps its time and its mode, and no other file is left", async () => {
    using place = await temporaryHome({ "thoughts/a.md": "---\nmood: x\n---\n# A\n" });
    const file = join(place.home.path, "thoughts/a.md");
    const time = new Date("2025-03-04T05:06:07Z");
    await chmod(file, 0o664);
    await utimes(file, time, time);
    expect(await giveTitle(place.home, "thoughts/a.md")).toBe('titled "A"');
    const after = await stat(file);
    expect([after.mtime, after.mode & 0o777]).toEqual([time, 0o664]);
    expect(await readdir(join(place.home.path, "thoughts"))).toEqual(["a.md"]);
    expect(await giveTitle(place.home, "thoughts/a.md")).toBeUndefined();
  });

  test("H4: is not replaced when someone else has written it meanwhile", async () => {
    using place = await temporaryHome({ "thoughts/a.md": "old" });
    const file = join(place.home.path, "thoughts/a.md");
    const before = await stat(file);
    await writeFile(file, "written meanwhile");
    expect(await replaceKeepingTime(file, "ours", before)).toBe(false);
    expect(await bytes(place.home, "thoughts/a.md")).toBe("written meanwhile");
    expect(await readdir(join(place.home.path, "thoughts"))).toEqual(["a.md"]);
  });

  const odd: Record<string, [content: string | Uint8Array, told: RegExp | undefined]> = {
    "bytes that are not UTF-8": [new Uint8Array([45, 45, 45, 10, 97, 58, 0xff, 10, 45, 45, 45, 10]), /not UTF-8/],
    "broken YAML": ['---\nmood: "x\n---\n# A\n', /left alone/],
    "no front matter": ["# A\n", undefined],
    "nothing in it": ["", undefined],
  };
  for (const [name, [content, told]] of Object.entries(odd))
    test(`is left alone: ${name}`, async () => {
      using place = await temporaryHome();
      await place.home.write("thoughts/a.md", content);
      const note = await giveTitle(place.home, "thoughts/a.md");
      if (told) expect(note).toMatch(told);
      else expect(note).toBeUndefined();
      expect(await readFile(join(place.home.path, "thoughts/a.md"))).toEqual(Buffer.from(content));
    });

  test("is left alone when it is a link out of the home, and when it is gone", async () => {
    using other = temporaryFolder();
    using place = await temporaryHome();
    await writeFile(join(other.path, "x.md"), "---\na: 1\n---\n");
    await mkdir(join(place.home.path, "thoughts"));
    await symlink(join(other.path, "x.md"), join(place.home.path, "thoughts/x.md"));
    expect(await giveTitle(place.home, "thoughts/x.md")).toMatch(/out of the home/);
    expect(await readFile(join(other.path, "x.md"), "utf8")).toBe("---\na: 1\n---\n");
    expect(await giveTitle(place.home, "thoughts/gone.md")).toBeUndefined();
  });
});

describe("hook-thoughts", () => {
  const untitled = "---\nmood: x\n---\nbody\n";

  test("H4: touches only what the session changed, and no README", async () => {
    using place = await temporaryHome({
      "thoughts/new.md": untitled,
      "thoughts/old.md": untitled,
      "thoughts/README.md": untitled,
      "dreams/a.md": untitled,
    });
    await using app = await testKernel([configured(plugin)], { home: place.home });
    const changed = ["dreams/a.md", "thoughts/README.md", "thoughts/new.md"];
    const report = await app.run(PostSession, ended({ changed }));
    expect(report.outcomes[0]).toMatchObject({ id: "thoughts", state: "done", note: 'thoughts/new.md: titled "New"' });
    for (const path of ["thoughts/old.md", "thoughts/README.md", "dreams/a.md"])
      expect(await bytes(place.home, path)).toBe(untitled);
  });

  test("H5: any number of thoughts without front matter is gone through, by no other process", async () => {
    const paths = Array.from({ length: 500 }, (_, index) => `thoughts/${index}.md`);
    using place = await temporaryHome(Object.fromEntries(paths.map(path => [path, "# plain\n"])));
    await using app = await testKernel([configured(plugin)], { home: place.home });
    const report = await app.run(PostSession, ended({ changed: paths }));
    expect(report.outcomes[0]).toMatchObject({ state: "done", note: "every thought has its title" });
  });

  test("one that cannot be read does not keep the others from their titles, and is named", async () => {
    using place = await temporaryHome({ "thoughts/a.md": "---\n[\n---\n", "thoughts/b.md": untitled });
    await using app = await testKernel([configured(plugin)], { home: place.home });
    const report = await app.run(PostSession, ended({ changed: ["thoughts/a.md", "thoughts/b.md"] }));
    expect(report.outcomes[0]!.note).toMatch(/thoughts\/a\.md: left alone.*thoughts\/b\.md: titled "B"/);
  });

  test("is skipped when no thought was written", async () => {
    await using app = await testKernel([configured(plugin)]);
    const report = await app.run(PostSession, ended({ changed: ["dreams/a.md"] }));
    expect(report.outcomes[0]).toMatchObject({ state: "skipped", note: "it wrote no thought" });
  });

  test("has no settings", () => expect(() => configured(plugin, { folder: "x" })).toThrow(/folder/));
  test("leaves nothing behind", () => expectClean(configured(plugin)));
});
