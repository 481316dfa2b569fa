import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { bundledConfig, type DaemonPlace, daemonPlace, hearth, startDaemon, type TestDaemon } from "../fixtures/daemon";
import { readDatabase } from "../fixtures/mail";
import { found, page, promptsSeen, rested, withWritingAgent, writingAgent } from "../fixtures/memory-daemon";
import { until } from "../fixtures/until";

/** The fourteen of the pipeline, and those that guard the prompt and answer a terminal. */
const HOOKS = [
  ...["prompt", "talk"],
  ...["transcript", "thoughts", "mood", "conversation", "revalidation", "visitors-archive", "memory-index"],
  ...["compile-memory", "graph", "resonance", "drift", "mirror", "echoes", "git"],
];
const TODAY = "2026-11-21";
const WAIT_WORDS = "boats leave the harbour without a word, and the people on the quay wait for them until dark";

/** Forty days of a journal, of which no two say the same: the garden for five weeks, then the bees. */
const weather = ["a grey sky", "low sun", "wind from the west", "mist", "a hard frost"];
const company = ["alone", "with the cat", "with a neighbour", "in silence", "singing", "late", "before breakfast"];
const garden = ["the carrots came up", "the beans climbed", "the beds were wet"];
const hive = ["they danced", "one drone fell", "the queen was out"];
const diary = Array.from({ length: 40 }, (_, at) => {
  const date = new Date(Date.UTC(2026, 9, 12 + at)).toISOString().slice(0, 10);
  const text =
    at >= 33
      ? `The hive hums behind the wall. With Halloran I counted the bees at the honeycomb, and ${hive[at % 3]}.`
      : `In the garden I turned the soil for the seedlings, and ${garden[at % 3]}.`;
  const whole = `${text} There was ${weather[at % 5]}; I went ${company[at % 7]}.`;
  return [`thoughts/${date}-dusk.md`, page(`Day ${at + 1}`, date, whole, 'mood: "calm"\n')] as const;
});
const home: Readonly<Record<string, string>> = {
  ...Object.fromEntries(diary),
  "dreams/ferry.md": page(
    "The ferry",
    "2026-03-01",
    "In the dream the ferry pulled away from the harbour while people stood waiting on the quay. Nobody knew whether the boat would ever return.",
    "type: prose\nimmersive: false\n",
  ),
  "memory/memory.md": "# What I know\n\nAda keeps the lamp. She asked about the harbour twice.\n",
  "prompt/prompt.md": `Dear next self: remember how ${WAIT_WORDS}.\n`,
};
const THOUGHT = `${TODAY}-dusk`;
const written: Readonly<Record<string, string>> = {
  [`thoughts/${THOUGHT}.md`]: page(
    "Waiting",
    TODAY,
    "This morning the harbour stood empty. I thought of every boat that leaves without saying when it returns, and of the people who stay behind on the quay and wait.",
    'mood: "wistful, quiet"\n',
  ),
  "inner-thread/thread.jsonl": '{"body":"Who waits for whom?","type":"question","day":40,"session":"dusk"}\n',
  "memory/people.md": "# People\n\nAda waits at the quay on Sundays.\n",
};

interface Outcome {
  readonly id: string;
  readonly state: string;
  readonly at: string;
  readonly ms: number;
  readonly note?: string;
}

describe("a session in the whole house, and what becomes of it", () => {
  let place: DaemonPlace;
  let daemon: TestDaemon;
  let session: string;
  let outcomes: Map<string, Outcome>;
  const file = (path: string) => readFileSync(join(place.home, path), "utf8");
  const get = (path: string) => daemon.call("GET", path);

  beforeAll(async () => {
    const config = bundledConfig(
      { sessions: 'firstWake = false\nagent = "writing"', "memory-map": "quiet = 0.1" },
      writingAgent,
    );
    place = withWritingAgent(daemonPlace(config, { HEARTH_CLOCK: `${TODAY}T19:10:00Z` }));
    for (const [path, text] of Object.entries(home)) place.write(`home/${path}`, text);
    for (const [path, text] of Object.entries(written)) place.write(`next/${path}`, text);
    daemon = await startDaemon(place);
    await rested(daemon, Object.keys(home).length - 1); // prompt.md is no memory
    session = (await daemon.call("POST", "/admin/wake", { session_type: "dusk" })).body.session_id;
    await until(() => readOutcomes().size === HOOKS.length, 40);
    outcomes = readOutcomes();
  }, 120_000);
  afterAll(async () => {
    await daemon?.[Symbol.asyncDispose]();
    place?.[Symbol.dispose]();
  });

  const readOutcomes = () =>
    readDatabase(place, "kernel", db => {
      const rows = db.query<{ outcome: string }, [string]>("select outcome from outcome where run = ?").all(session);
      return new Map(rows.map(({ outcome }) => JSON.parse(outcome) as Outcome).map(one => [one.id, one]));
    });

  test("all fourteen hooks ran: each is done, or skipped for a reason that is told", () => {
    expect([...outcomes.keys()].sort()).toEqual([...HOOKS].sort());
    const not = [...outcomes.values()].filter(({ state }) => state !== "done");
    expect(not.map(({ id, state, note }) => `${id} ${state}: ${note}`).sort()).toEqual([
      "conversation skipped: sessions of type dusk keep no conversation",
      "revalidation skipped: there is no frontend to tell: plugins.hook-revalidation has no url and secret",
      "talk skipped: nobody at a terminal waits for it",
    ]);
  });

  test("each began after all that it waits for had ended", async () => {
    const { body } = await get("/system/graph");
    const { hooks } = body.pipelines.find(({ id }: { id: string }) => id === "post-session");
    let waits = 0;
    for (const { id, needs, after } of hooks)
      for (const before of [...needs, ...after].map((one: string) => outcomes.get(one)!).filter(Boolean)) {
        waits++;
        const began = Date.parse(outcomes.get(id)!.at);
        expect([id, before.id, began + 2 >= Date.parse(before.at) + before.ms]).toEqual([id, before.id, true]); // times are in whole ms
      }
    expect(waits).toBeGreaterThan(20);
    const needs = Object.fromEntries(hooks.map((hook: any) => [hook.id, hook.needs]));
    for (const id of ["graph", "resonance", "drift", "mirror", "echoes"]) expect(needs[id]).toEqual(["memory-index"]);
  });

  test("memory learned what the session wrote, and nothing of the forty days before anew", () => {
    expect(outcomes.get("memory-index")!.note).toStartWith("3 files, 3 new passages, 0 kept, 0 gone");
  });

  test("the new thought is found by its meaning, with who wrote it, and when", async () => {
    const hits = await found(
      daemon,
      "ships depart and nobody ashore knows if they come back",
      "&mode=semantic&limit=3",
    );
    const hit = hits.find(({ path }) => path === `thoughts/${THOUGHT}.md`);
    expect(hit).toMatchObject({ title: "Waiting", date: TODAY, provenance: { who: "agent", session } });
    expect(hit.words).toEqual([]);
    expect(hit.reason).toContain("close in meaning");
  });

  test("where its writing goes is in the file and the answer, with the new topic and the new words", async () => {
    const signals = JSON.parse(file("data/drift-signals.json"));
    expect(signals).toMatchObject({ status: "ok", session: `${TODAY}-dusk` });
    expect(signals.topics.gravitating.join()).toMatch(/bees|hive|honeycomb/);
    expect(signals.topics.receding.join()).toMatch(/garden|soil|seedling/);
    expect(signals.vocabulary.emerging.join()).toMatch(/hive|honeycomb|bee/);
    expect((await get("/analytics/drift")).body).toEqual(signals);
  });

  test("the mirror, the compiled memory and the mood were written", async () => {
    expect(JSON.parse(file("data/mirror-snapshot.json"))).toMatchObject({ status: "ok" });
    expect(file("data/mirror-summary.md")).toContain("bees");
    expect(existsSync(join(place.home, `data/mirror/${TODAY}.json`))).toBe(true);
    expect(file("data/compiled-memory.md")).toContain("Ada keeps the lamp");
    expect(file("data/compiled-memory.md")).toContain("Ada waits at the quay");
    expect(JSON.parse(file("data/mood-state.json")).mood_words).toEqual(["wistful", "quiet"]);
    const { body } = await get("/analytics/mood?days=7");
    expect(body.sessions).toMatchObject([{ session_type: "dusk" }]);
  });

  test("what resonates with an old dream is told in the file of the day and in the answer", async () => {
    expect(file(`data/resonances/${TODAY}.md`)).toContain("ferry");
    const { status, body } = await get("/analytics/resonance");
    expect(status).toBe(200);
    const ends = body.days[0].pairs.map(({ a, b }: any) => [a.path, b.path].sort());
    expect(ends).toContainEqual(["dreams/ferry.md", `thoughts/${THOUGHT}.md`]);
  });

  test("the echoes of a page are links to pages that are there", async () => {
    const { body } = await get(`/echoes/thoughts/${THOUGHT}`);
    expect(body.echoes[0]).toMatchObject({ content_type: "dreams", slug: "ferry", title: "The ferry" });
    const pages = Object.entries<any[]>(JSON.parse(file("data/echoes_manifest.json")).echoes);
    expect(pages.length).toBeGreaterThan(20);
    const links = new Set(
      pages.flatMap(([of, echoes]) => [of, ...echoes.map(one => `${one.content_type}/${one.slug}`)]),
    );
    const answers = await Promise.all([...links].map(link => get(`/content/${link}`)));
    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
  });

  test("the map holds every public work once it is quiet, and can be drawn", async () => {
    const map = await until(async () => {
      const { status, body } = await get("/memory/map");
      return status === 200 && body.works.length === 42 && body;
    });
    expect(map.works.map(({ slug }: any) => slug)).toContain(THOUGHT);
    const { code } = await hearth(place, "memory", "map", "--svg", join(place.folder, "map.svg"));
    expect(code).toBe(0);
    expect(readFileSync(join(place.folder, "map.svg"), "utf8")).toContain("<title>The ferry (2026-03-01)</title>");
  });

  test("the graph knows what the works have in common", async () => {
    const { body } = await get("/memory/graph?view=cluster&q=harbour");
    expect(body.works.map(({ path }: any) => path)).toContain(`thoughts/${THOUGHT}.md`);
    const threads = (await get("/memory/graph?view=active")).body.threads;
    expect(threads).toContainEqual(expect.objectContaining({ name: "Halloran", works: 7, last: "2026-11-20" }));
  });

  test("the agent was reminded of the dream by what it set out to do", () => {
    const prompt = promptsSeen(place).get(session)!;
    expect(prompt).toContain("## Echoes");
    expect(prompt).toMatch(
      /> .*the ferry pulled away from the harbour.*\n> \(dreams\/ferry\.md, line \d+, 2026-03-01\)/,
    );
  });

  test("the next prompt carries the inner thread, the drift, the mirror, the longer memory and echoes; a dry run changes nothing", async () => {
    const before = readdirSync(place.home, { recursive: true }).sort();
    const { out, code } = await hearth(place, "wake", "evening", "--dry-run");
    expect(code).toBe(0);
    expect(out).toContain("(dusk, question): Who waits for whom?");
    expect(out).toMatch(/─── Drift, last 7 days ───\nYour writing is moving toward/);
    expect(out).toMatch(/Mirror: what had changed in you by day \d+ was written down today/);
    expect(out).toContain("Ada waits at the quay on Sundays.");
    expect(out.slice(out.indexOf("## Echoes"))).toContain("dreams/ferry.md");
    expect(readdirSync(place.home, { recursive: true }).sort()).toEqual(before);
  });

  test("nothing went wrong on the way", () => {
    const known = ["moderation", "doctor"]; // there is no key, and walls that do not stand are told
    const wrong = daemon.log().filter(({ level, plugin }) => /warn|error/.test(level) && !known.includes(plugin!));
    expect(wrong).toEqual([]);
    expect(daemon.said()).not.toContain("error");
  });
});
