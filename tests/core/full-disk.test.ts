import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { noSmallDisk, scriptOnSmallDisk } from "../fixtures/small-disk";

const files = JSON.stringify(join(import.meta.dir, "../../core/files.ts"));

/** Runs a script in a folder that is a disk of 256 KB. */
const onFullDisk = (script: string): Promise<any> =>
  scriptOnSmallDisk(
    256,
    disk => `
    import { readFileSync, readdirSync, writeFileSync } from "node:fs";
    const { writeAtomic, appendLines } = await import(${files});
    process.chdir(${JSON.stringify(disk)});
    const failure = work => work.then(() => "written", error => error.code);
    ${script}`,
  );

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
