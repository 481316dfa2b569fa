import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { noSmallDisk, scriptOnSmallDisk } from "../fixtures/small-disk";

const root = join(import.meta.dir, "../..");

/** Runs a script with the plugin in a home that is a disk of 64 KB. */
const onFullDisk = (script: string): Promise<any> =>
  scriptOnSmallDisk(
    64,
    disk => `
    import { readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
    const { HomeFolder } = await import("${root}/core/api.ts");
    const { testKernel } = await import("${root}/core/testing.ts");
    const { default: plugin } = await import("${root}/plugins/admin/plugin.ts");
    const home = new HomeFolder(${JSON.stringify(disk)});
    const app = await testKernel([plugin], { home });
    const post = (what, body) => app.call("POST", "/admin/" + what, { body });
    const names = folder => readdirSync(home.path + "/" + folder).sort();
    ${script}
    await app[Symbol.asyncDispose]();`,
  );

/** Skipped where no process may mount a small disk of its own. */
describe.skipIf(noSmallDisk)("a home on a disk that fills up", () => {
  test("W-37: a gift is there with the text about it or not at all, whichever of them the disk has no room for", async () => {
    const seen = await onFullDisk(`
      const seen = [];
      for (let pages = 1; pages <= 18; pages++) {
        const content = Buffer.alloc(pages * 4096, pages).toString("base64");
        const gift = { title: "t", description: "d", filename: "sun.png", content, contentType: "image/png" };
        const { status, body } = await post("gifts", gift);
        seen.push({ status, detail: body.detail, names: names("gifts") });
        if (status === 200 && statSync(home.path + "/gifts/sun.png").size !== pages * 4096) seen.push("half a gift");
        for (const name of names("gifts")) rmSync(home.path + "/gifts/" + name);
      }
      console.log(JSON.stringify(seen));`);
    const given = { status: 200, names: ["sun.png", "sun.png.meta.md"] };
    const refused = { status: 500, detail: "Failed to save gift: the disk is full", names: [] };
    const count = seen.filter(({ status }: any) => status === 200).length;
    expect(count).toBeGreaterThan(8);
    expect(count).toBeLessThan(17);
    expect(seen).toEqual(Array.from({ length: 18 }, (_, at) => (at < count ? given : refused)));
  });

  test("W-37: news and readings that find no room leave nothing, and can be sent again", async () => {
    const seen = await onFullDisk(`
      const answers = [];
      for (const what of ["news", "readings"]) {
        const page = { title: "Rain", content: "r".repeat(90_000) };
        const full = await post(what, page);
        answers.push([full.status, full.body.detail, names(what)]);
        const short = await post(what, { ...page, content: "r" });
        answers.push([short.status, short.body.filename, names(what)]);
      }
      console.log(JSON.stringify(answers));`);
    const name = "2026-11-21-rain.md";
    expect(seen).toEqual([
      [500, "Failed to save news: the disk is full", []],
      [200, name, [name]],
      [500, "Failed to save reading: the disk is full", []],
      [200, name, [name]],
    ]);
  });
});
