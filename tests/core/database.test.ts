import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Database, definePlugin, OwnDatabase } from "hearth";
import { temporaryFolder, testKernel } from "hearth/testing";
import { openDatabase } from "../../core/database";
import { DiskJournal, MemoryJournal } from "../../core/journal";
import { root } from "../../core/open";
import { rungInMemory, rungOnDisk } from "../../core/rung";

let folder: ReturnType<typeof temporaryFolder>;
let migrations: string;
let file: string;
beforeEach(() => {
  folder = temporaryFolder();
  migrations = join(folder.path, "migrations");
  file = join(folder.path, "test.db");
  mkdirSync(migrations);
});
afterEach(() => folder[Symbol.dispose]());

const put = (name: string, sql: string) => writeFileSync(join(migrations, name), sql);
const tables = (db: Database) =>
  db
    .query<{ name: string }, []>("select name from sqlite_master where type = 'table' order by name")
    .all()
    .map(({ name }) => name);

test("migrations are applied in the order of their names", () => {
  put("0002_more.sql", "alter table moon add column phase text;");
  put("0001_moon.sql", "create table moon (city text); create index moon_city on moon (city);");
  put("0010_last.sql", "insert into moon (city, phase) values ('Oslo', 'full; not half');");
  using db = openDatabase(file, migrations);
  expect(db.query("select * from moon").all()).toEqual([{ city: "Oslo", phase: "full; not half" }]);
});

test("a migration is applied once, and a new one at the next time", () => {
  put("0001_moon.sql", "create table moon (city text);");
  openDatabase(file, migrations).close();
  put("0002_oslo.sql", "insert into moon values ('Oslo');");
  openDatabase(file, migrations).close();
  using db = openDatabase(file, migrations);
  expect(db.query("select count(*) as n from moon").get()).toEqual({ n: 1 });
});

test("several processes that open a new database at once all get it", async () => {
  put("1.sql", "create table one (a)");
  const script = `const { openDatabase } = await import(${JSON.stringify(join(root, "core/database.ts"))});
    while (Date.now() < ${Date.now() + 700});
    openDatabase(${JSON.stringify(file)}, ${JSON.stringify(migrations)});`;
  const runs = Array.from({ length: 4 }, () => Bun.spawn([process.execPath, "-e", script], { stderr: "pipe" }));
  const said = await Promise.all(runs.map(run => run.stderr.text()));
  expect(said.join("")).toBe("");
});

test("a broken migration is told by its name and leaves nothing of itself", () => {
  put("0001_moon.sql", "create table moon (city text);");
  put("0002_broken.sql", "insert into moon values ('Oslo'); create table sun (x); create nonsense;");
  put("0003_never.sql", "create table star (x);");
  expect(() => openDatabase(file, migrations)).toThrow(
    expect.objectContaining({
      code: "MIGRATION",
      message: expect.stringContaining(`${join(migrations, "0002_broken.sql")}: `),
    }),
  );
  using db = openDatabase(file);
  expect(tables(db)).toEqual(["_migration", "moon"]);
  expect(db.query("select * from moon").all()).toEqual([]);
});

test("a migration that was mended is applied at the next time", () => {
  put("0001_moon.sql", "create nonsense;");
  expect(() => openDatabase(file, migrations)).toThrow("0001_moon.sql");
  put("0001_moon.sql", "create table moon (city text);");
  using db = openDatabase(file, migrations);
  expect(tables(db)).toContain("moon");
});

test("other files beside the migrations are passed over", () => {
  put("README.md", "not SQL");
  put("0001_moon.sql", "create table moon (city text);");
  using db = openDatabase(file, migrations);
  expect(tables(db)).toEqual(["_migration", "moon"]);
});

test("a database without migrations is only a database", () => {
  using db = openDatabase(file, join(folder.path, "nowhere"));
  expect(tables(db)).toEqual([]);
  expect(db.query("pragma journal_mode").get()).toEqual({ journal_mode: "wal" });
  expect(db.query("pragma foreign_keys").get()).toEqual({ foreign_keys: 1 });
});

test("a plugin's database has its migrations, and is closed when the plugin stops", async () => {
  let held!: Database;
  const plugin = definePlugin({
    id: "moon",
    summary: "keeps phases",
    requires: { db: OwnDatabase },
    setup(_, { db }) {
      held = db;
      db.run("insert into moon values ('Oslo')");
    },
  });
  put("0001_moon.sql", "create table moon (city text);");
  await using app = await testKernel([plugin], { folders: { moon: folder.path } });
  expect(held.query("select city from moon").get()).toEqual({ city: "Oslo" });
  await app.kernel.disable("moon");
  expect(() => held.run("insert into moon values ('Rome')")).toThrow();
});

test("a plugin whose migration is broken has failed, and says which", async () => {
  put("0001_moon.sql", "create nonsense;");
  const plugin = definePlugin({ id: "moon", summary: "", requires: { db: OwnDatabase }, setup() {} });
  await expect(testKernel([plugin], { folders: { moon: folder.path } })).rejects.toThrow("0001_moon.sql");
});

const kernelDatabase = () => openDatabase(file, join(root, "core", "migrations"));

test("outcomes of hooks are kept on disk, by pipeline and run", () => {
  const outcome = (id: string, note?: string) => ({
    id,
    by: `hook-${id}`,
    state: "done" as const,
    at: "2026-11-21T12:00:00.000Z",
    ms: 3.5,
    attempts: 1,
    ...(note && { note }),
  });
  for (const journal of [new MemoryJournal(), new DiskJournal(kernelDatabase())]) {
    journal.write("evening", "s1", outcome("mood", "it was ü"));
    journal.write("evening", "s1", outcome("git"));
    journal.write("evening", "s2", outcome("mood"));
    journal.write("morning", "s1", outcome("mood"));
    expect(journal.outcomes("evening", "s1")).toEqual([outcome("mood", "it was ü"), outcome("git")]);
    journal.write("evening", "s1", { ...outcome("git"), state: "failed" });
    expect(journal.outcomes("evening", "s1").map(({ id, state }) => `${id} ${state}`)).toEqual([
      "mood done",
      "git failed",
    ]);
    expect(journal.outcomes("evening", "s3")).toEqual([]);
  }
  using db = kernelDatabase();
  expect(new DiskJournal(db).outcomes("evening", "s2")).toEqual([outcome("mood")]);
});

test("the last slot of a schedule is kept on disk", () => {
  const slot = new Date("2026-11-21T12:00:00.000Z");
  for (const rung of [rungInMemory(), rungOnDisk(kernelDatabase())]) {
    expect(rung.last("tide")).toBeUndefined();
    rung.write("tide", new Date(0));
    rung.write("tide", slot);
    expect(rung.last("tide")).toEqual(slot);
  }
  using db = kernelDatabase();
  expect(rungOnDisk(db).last("tide")).toEqual(slot);
  expect(existsSync(file)).toBe(true);
});
