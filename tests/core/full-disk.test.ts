import { describe, expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "hearth/testing";
import { cleanEnv } from "../fixtures/clean-env";
import { noSmallDisk, onSmallDisk } from "../fixtures/small-disk";

const files = JSON.stringify(join(import.meta.dir, "../../core/files.ts"));

/** Runs a script in a folder that is a disk of 256 KB, and answers what it printed as JSON. */
async function onFullDisk(script: string): Promise<any> {
  using folder = temporaryFolder();
  const disk = join(folder.path, "disk");
  mkdirSync(disk);
  const source = `
    import { readFileSync, readdirSync, writeFileSync } from "node:fs";
    const { writeAtomic, appendLines } = await import(${files});
    process.chdir(${JSON.stringify(disk)});
    const failure = work => work.then(() => "written", error => error.code);
    ${script}`;
  const child = Bun.spawn([...onSmallDisk(disk, 256), process.execPath, "-e", source], {
    env: cleanEnv({ HOME: folder.path }),
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, err] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  if ((await child.exited) !== 0) throw new Error(err);
  return JSON.parse(out);
}

/** Skipped where no process may mount a small disk of its own. */
describe.skipIf(noSmallDisk)("a disk that is really full", () => {
  test("leaves the old file as it was when it was to be replaced, and no draft", async () => {
    const seen = await onFullDisk(`
      writeFileSync("note.md", "old");
      const code = await failure(writeAtomic("note.md", "x".repeat(1_000_000)));
      console.log(JSON.stringify({ code, text: readFileSync("note.md", "utf8"), files: readdirSync(".") }));`);
    expect(seen).toEqual({ code: "ENOSPC", text: "old", files: ["note.md"] });
  });

  test("leaves the old lines as they were when others were to be appended, and no half line", async () => {
    const seen = await onFullDisk(`
      writeFileSync("log.jsonl", "one\\n");
      const code = await failure(appendLines("log.jsonl", "x".repeat(1_000_000) + "\\n"));
      await appendLines("log.jsonl", "two\\n");
      console.log(JSON.stringify({ code, text: readFileSync("log.jsonl", "utf8").slice(0, 100) }));`);
    expect(seen).toEqual({ code: "ENOSPC", text: "one\ntwo\n" });
  });
});
