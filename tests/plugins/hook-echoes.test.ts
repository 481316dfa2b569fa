import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { definePlugin } from "hearth";
import { configured, expectClean, testKernel } from "hearth/testing";
import { Content } from "hearth-plugins/content";
import { Memory } from "hearth-plugins/memory";
import { PostSession } from "hearth-plugins/sessions";
import { openDatabase } from "../../core/database";
import echoes from "../../plugins/echoes/plugin";
import { Links } from "../../plugins/hook-echoes/links";
import { type Link, nearList, withLink, without } from "../../plugins/hook-echoes/near-list";
import plugin from "../../plugins/hook-echoes/plugin";
import { Weaver } from "../../plugins/hook-echoes/weaver";
import { dice } from "../fixtures/dice";
import { SmallContent } from "../fixtures/small-content";
import { cosine, SmallMemory, type SmallMemoryOptions, type SmallWork, unit } from "../fixtures/small-memory";
import { ended } from "./hook-session";

const MANIFEST = "data/echoes_manifest.json";
const folder = join(import.meta.dir, "../../plugins/hook-echoes");

/** Stands in for the hook that brings memory up to date. */
const memoryIndex = definePlugin({
  id: "hook-memory-index",
  summary: "a stand-in",
  setup: ctx => ctx.add(PostSession, { id: "memory-index", run: () => undefined }),
});

interface HouseOptions extends SmallMemoryOptions {
  readonly settings?: Record<string, unknown>;
}

/** A kernel with the hook, over works that all have pages. */
async function house(given: readonly SmallWork[], { settings = {}, ...options }: HouseOptions = {}) {
  const memory = new SmallMemory(given, options);
  const content = new SmallContent(...given.map(({ path }) => path));
  const app = await testKernel(
    [memory.plugin, content.plugin, memoryIndex, echoes, configured(plugin, { seconds: 60, ...settings })],
    {
      folders: { "hook-echoes": folder },
    },
  );
  let session = 0;
  return Object.assign(app, {
    memory,
    content,
    /** Runs the hooks of a session. Answers what became of ours. */
    async session() {
      const report = await app.run(PostSession, ended({ id: `session-${++session}` }));
      return report.outcomes.find(({ id }) => id === "echoes")!;
    },
    async manifest(): Promise<Record<string, { content_type: string; slug: string; similarity: number }[]>> {
      return JSON.parse((await app.home.read(MANIFEST))!.text).echoes;
    },
    put(...works: readonly SmallWork[]) {
      memory.put(...works);
      content.put(...works.map(({ path }) => path));
    },
  });
}

const names = (list: readonly { content_type: string; slug: string }[] | undefined) =>
  list?.map(({ content_type, slug }) => `${content_type}/${slug}`);

const ferry: SmallWork[] = [
  { path: "thoughts/harbour.md", vector: [1, 0, 0] },
  { path: "dreams/ferry.md", vector: [0.9, 0.2, 0] },
  { path: "essays/waiting.md", vector: [0.8, 0.6, 0] },
  { path: "scores/bread.md", vector: [0, 0, 1] },
];

/** Works that point anywhere, around few middles. */
function manyWorks(count: number, seed: number, from = 0): SmallWork[] {
  const { next, int } = dice(seed);
  const folders = ["thoughts", "dreams", "scores", "letters", "essays", "bookshelf"];
  return Array.from({ length: count }, (_, i) => {
    const middle = int(6);
    return {
      path: `${folders[i % folders.length]}/w${from + i}.md`,
      vector: Array.from({ length: 8 }, (_, d) => (d === middle ? 1.5 : 0) + next()),
    };
  });
}

/** What the manifest should say, by looking at every pair. */
function expected(memory: SmallMemory, most: number, least: number): Record<string, string[]> {
  const works = [...memory.works.values()].map(({ path, vector }) => ({ path, vector: unit(vector!) }));
  const listOf = (one: (typeof works)[number]) =>
    works
      .filter(other => other !== one)
      .map(other => ({ path: other.path.replace(".md", ""), similarity: cosine(one.vector, other.vector) }))
      .filter(({ similarity }) => similarity >= least)
      .sort((a, b) => b.similarity - a.similarity)
      .slice(0, most)
      .map(({ path }) => path);
  const lists = works.map(work => [work.path.replace(".md", ""), listOf(work)] as const);
  return Object.fromEntries(lists.filter(([, list]) => list.length > 0));
}

const namesOf = (manifest: Record<string, { content_type: string; slug: string }[]>) =>
  Object.fromEntries(Object.entries(manifest).map(([page, list]) => [page, names(list)!]));

describe("the manifest", () => {
  test("says of each page which others are near to it, nearest first, in the words of the contract", async () => {
    await using app = await house(ferry);
    expect(await app.session()).toMatchObject({
      state: "done",
      note: "4 of 4 pages compared; the manifest was written",
    });
    const manifest = await app.manifest();
    expect(manifest["thoughts/harbour"]).toEqual([
      { content_type: "dreams", slug: "ferry", title: "About dreams/ferry.md", date: "2026-11-01", similarity: 0.9762 },
      {
        content_type: "essays",
        slug: "waiting",
        title: "About essays/waiting.md",
        date: "2026-11-01",
        similarity: 0.8,
      },
    ] as never);
    expect(manifest["scores/bread"]).toBeUndefined();
  });

  test("is what the route serves", async () => {
    await using app = await house(ferry);
    await app.session();
    const { body } = await app.get("/echoes/dreams/ferry");
    expect(names(body.echoes)).toEqual(["thoughts/harbour", "essays/waiting"]);
  });

  test("holds so many echoes of a page at the most, and none below the least similarity", async () => {
    await using app = await house(manyWorks(60, 5), { settings: { most: 3, least: 0.8 } });
    await app.session();
    expect(namesOf(await app.manifest())).toEqual(expected(app.memory, 3, 0.8));
  });

  test("W-56: no similarity lies outside 0 and 1", async () => {
    await using app = await house([
      { path: "thoughts/a.md", vector: [0.1, 0.1, 0.1] },
      { path: "thoughts/b.md", vector: [0.1, 0.1, 0.1] },
    ]);
    await app.session();
    const similarities = Object.values(await app.manifest()).flatMap(list => list.map(({ similarity }) => similarity));
    expect(similarities).toEqual([1, 1]);
  });

  test("is not touched when it says the same, and is written again when it has gone", async () => {
    await using app = await house(ferry);
    await app.session();
    expect((await app.session()).note).toBe("0 of 4 pages compared; the manifest is as before");
    await app.home.write(MANIFEST, "damaged");
    expect((await app.session()).note).toContain("the manifest was written");
    expect(names((await app.manifest())["dreams/ferry"])).toEqual(["thoughts/harbour", "essays/waiting"]);
  });

  test("M10: nothing private and nothing of the agent's own is in it, whatever memory answers", async () => {
    const others: SmallWork[] = [
      { path: "mailbox/ada/thread.jsonl", vector: [1, 0, 0] },
      { path: "conversations/20260101.md", vector: [1, 0, 0] },
      { path: "memory/identity.md", vector: [1, 0, 0] },
      { path: "thoughts/kept.md", vector: [1, 0, 0], privacy: "own" },
      { path: "letters/told.md", vector: [1, 0, 0], privacy: "private" },
    ];
    await using app = await house(ferry, { leaks: true });
    app.memory.put(...others);
    app.content.put("thoughts/kept.md", "letters/told.md");
    await app.session();
    await app.session();
    const text = (await app.home.read(MANIFEST))!.text;
    for (const word of ["mailbox", "conversations", "identity", "kept", "told"]) expect(text).not.toContain(word);
    expect([...app.memory.audiences]).toEqual(["public"]);
  });

  test("only pages that can be shown are in it, and enough of them", async () => {
    const hidden = Array.from({ length: 40 }, (_, i) => ({
      path: `thoughts/hidden${i}.md`,
      vector: [1, 0.001 * i, 0],
    }));
    await using app = await house(ferry);
    app.memory.put(...hidden);
    await app.session();
    expect(names((await app.manifest())["thoughts/harbour"])).toEqual(["dreams/ferry", "essays/waiting"]);
  });
});

describe("after a session", () => {
  test("only what has changed is asked, and the lists of the others are put right", async () => {
    await using app = await house(manyWorks(80, 9), { settings: { most: 4, least: 0.3 } });
    await app.session();
    expect(app.memory.takeAsked("near")).toHaveLength(80);
    app.put({ path: "thoughts/w0.md", vector: [0, 0, 0, 0, 0, 0, 1, 1] });
    await app.session();
    expect(app.memory.takeAsked("near")[0]).toBe("near thoughts/w0.md");
    expect(namesOf(await app.manifest())).toEqual(expected(app.memory, 4, 0.3));
  });

  test("however pages come, change and go, it is as if all had been asked anew", async () => {
    const { int, now } = dice(31);
    await using app = await house(manyWorks(120, 11), { settings: { most: 3, least: 0.6 } });
    await app.session();
    let questions = 0;
    for (let round = 0; round < 12; round++) {
      const paths = [...app.memory.works.keys()];
      const gone = paths.filter(() => now(0.02));
      app.memory.forget(...gone);
      app.content.forget(...gone);
      app.put(...manyWorks(int(4), 100 + round, 1000 + round * 10), ...changed(paths, gone, round));
      app.memory.asked.length = 0;
      expect((await app.session()).state).toBe("done");
      questions += app.memory.takeAsked("near").length;
      expect(namesOf(await app.manifest())).toEqual(expected(app.memory, 3, 0.6));
    }
    expect(questions).toBeLessThan(12 * 60);
  });

  /** A few of these pages, with other vectors. */
  function changed(paths: readonly string[], gone: readonly string[], round: number): SmallWork[] {
    const { int } = dice(500 + round);
    const left = paths.filter(path => !gone.includes(path));
    return manyWorks(int(5), 900 + round).map(({ vector }) => ({ path: left[int(left.length)]!, vector }));
  }

  test("a page that went is in no list any more", async () => {
    await using app = await house(ferry);
    await app.session();
    app.memory.forget("dreams/ferry.md");
    app.content.forget("dreams/ferry.md");
    await app.session();
    expect((await app.home.read(MANIFEST))!.text).not.toContain("ferry");
  });

  test("titles are those of now, without a question", async () => {
    await using app = await house(ferry);
    await app.session();
    app.memory.asked.length = 0;
    app.content.put(["dreams/ferry.md", 'The "last" ferry']);
    await app.session();
    expect((await app.manifest())["thoughts/harbour"]![0]).toMatchObject({ title: 'The "last" ferry' });
    expect(app.memory.takeAsked("near")).toEqual([]);
  });

  test("a page whose vector is not there yet keeps its links, and is looked at again", async () => {
    await using app = await house(ferry);
    await app.session();
    app.memory.put({ path: "dreams/ferry.md", vector: null });
    app.put({ path: "letters/new.md", vector: null });
    expect((await app.session()).note).toContain("2 have no vector yet");
    expect(names((await app.manifest())["thoughts/harbour"])).toEqual(["dreams/ferry", "essays/waiting"]);
    app.memory.put({ path: "dreams/ferry.md", vector: [0, 0, 1] }, { path: "letters/new.md", vector: [1, 0, 0] });
    await app.session();
    expect(names((await app.manifest())["thoughts/harbour"])).toEqual(["letters/new", "essays/waiting"]);
  });

  test("while memory reads the home anew, what it does not know yet keeps its links", async () => {
    await using app = await house(ferry);
    await app.session();
    app.memory.status = { ...app.memory.status, reading: true };
    app.memory.forget("dreams/ferry.md");
    await app.session();
    expect(names((await app.manifest())["thoughts/harbour"])).toEqual(["dreams/ferry", "essays/waiting"]);
  });

  test("another embedder begins anew", async () => {
    await using app = await house(ferry);
    await app.session();
    app.memory.asked.length = 0;
    app.memory.status = { ...app.memory.status, embedder: "other/3/1", answering: "small/2/1" };
    await app.session();
    expect(app.memory.takeAsked("near")).toEqual([]);
    app.memory.status = { ...app.memory.status, answering: null };
    await app.session();
    expect(app.memory.takeAsked("near")).toHaveLength(4);
  });

  test("H14: without an index that is up to date it is skipped, and says why", async () => {
    const content = new SmallContent();
    const broken = definePlugin({
      id: "hook-memory-index",
      summary: "a stand-in",
      setup: ctx =>
        ctx.add(PostSession, {
          id: "memory-index",
          run: () => {
            throw new Error("no");
          },
        }),
    });
    await using app = await testKernel([new SmallMemory().plugin, content.plugin, broken, plugin], {
      folders: { "hook-echoes": folder },
    });
    const report = await app.run(PostSession, ended());
    expect(report.outcomes.find(({ id }) => id === "echoes")).toMatchObject({
      state: "skipped",
      note: 'it needs "memory-index", which is failed',
    });
  });
});

describe("a first time with many pages", () => {
  test("goes on after the next session when its time is up", async () => {
    await using app = await house(manyWorks(100, 3), { settings: { seconds: 0.000001, most: 3, least: 0.3 } });
    expect((await app.session()).note).toContain("0 of 100 pages compared; 100 are compared after the next session");
    expect((await app.manifest())["thoughts/w0"]).toBeUndefined();
  });

  test("goes on where it was broken off, also when pages have come and changed meanwhile", async () => {
    await using app = await house(manyWorks(100, 3), { settings: { most: 3, least: 0.3 } });
    let left = 40;
    app.memory.before = question => {
      if (question.startsWith("near") && left-- === 0) throw new Error("the thread of the index: it ended");
    };
    expect(await app.session()).toMatchObject({ state: "failed", note: "the thread of the index: it ended" });
    app.memory.before = () => {};
    app.put(...manyWorks(3, 77, 2000), { path: "thoughts/w0.md", vector: [0, 0, 0, 0, 0, 0, 1, 1] });
    app.memory.asked.length = 0;
    expect((await app.session()).state).toBe("done");
    expect(app.memory.takeAsked("near").length).toBeLessThan(80);
    expect(namesOf(await app.manifest())).toEqual(expected(app.memory, 3, 0.3));
  });

  test("ends when it is told to, and keeps what it has", async () => {
    const works = manyWorks(100, 3);
    const memory = new SmallMemory(works);
    const content = new SmallContent(...works.map(({ path }) => path));
    await using app = await testKernel([memory.plugin, content.plugin]);
    using db = openDatabase(":memory:", join(folder, "migrations"));
    const abort = new AbortController();
    let asked = 0;
    memory.before = question => {
      if (question.startsWith("near") && ++asked === 20) abort.abort(new Error("it took more than 1 s"));
    };
    const options = { memory: app.service(Memory), content: app.service(Content), most: 3, least: 0.3, seconds: 60 };
    const weaver = new Weaver({ ...options, links: await Links.open(db, 6) });
    await expect(weaver.weave(abort.signal)).rejects.toThrow("it took more than 1 s");
    const kept = [...(await Links.open(db, 6)).pages.values()].filter(({ waiting }) => !waiting);
    expect(kept).toHaveLength(32);
  });
});

describe("a list", () => {
  const link = (path: string, similarity: number): Link => ({ path, similarity });

  test("that was cut off takes in what belongs before its end, and nothing else", () => {
    const cut = nearList([link("a", 0.9), link("b", 0.8), link("c", 0.7)], 2, true, 0.1);
    expect(cut.bound).toBe(0.8);
    expect(withLink(cut, link("d", 0.79), 2)).toBe(cut);
    expect(withLink(cut, link("d", 0.85), 2)).toEqual({ links: [link("a", 0.9), link("d", 0.85)], bound: 0.8 });
    expect(without(cut, new Set(["b"]))).toEqual({ links: [link("a", 0.9)], bound: 0.8 });
  });
});

test("refuses settings that it does not know, by name", () => {
  expect(() => configured(plugin, { leest: 1 })).toThrow('has no setting "leest". Did you mean "least"?');
});

test("turned off, it leaves nothing behind", async () => {
  await expectClean(plugin, [new SmallMemory().plugin, new SmallContent().plugin, memoryIndex], {
    folders: { "hook-echoes": folder },
  });
});
