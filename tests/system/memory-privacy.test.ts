import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { bundledConfig, type DaemonPlace, daemonPlace, hearth, startDaemon, type TestDaemon } from "../fixtures/daemon";
import { letter, member, sessionRows, visit } from "../fixtures/mail";
import { found, page, promptsSeen, rested, withWritingAgent, writingAgent } from "../fixtures/memory-daemon";
import { type MessagesApi, say, startMessagesApi } from "../fixtures/messages-api";
import { textIfThere } from "../fixtures/text-if-there";
import { until } from "../fixtures/until";

const AT_ONCE = "{ quiet = 0, atMost = 0 }";
const CONFIG = bundledConfig(
  {
    sessions: 'firstWake = false\nagent = "writing"',
    letterbox: `cooldown = 0\nwakes.visit = ${AT_ONCE}\nwakes.correspondence = ${AT_ONCE}`,
    moderation: "enabled = false",
    "memory-map": "quiet = 0.1",
    "hook-compile-memory": 'model = "stand-in"',
    // Nothing is too far away to be told: what is not told is not told because of whose it is.
    "hook-echoes": "least = 0",
    "hook-resonance": "least = 0.3",
  },
  writingAgent,
).replace('model = "none"\n', "");

const keyOf = (name: string) => `key-of-${name}-0123456789`;

/** What each of them confided. Nothing else in the house has the word, and all that is public is close to it in meaning. */
const secrets = {
  ada: {
    word: "Vesterholm",
    letter: "Please keep this: the lighthouse of Vesterholm stopped turning in the night when my brother drowned.",
    answer: "I keep it. I will think of Vesterholm and of your brother whenever a lighthouse goes dark.",
  },
  tom: {
    word: "Quillanmoor",
    letter: "Only for you: I let the lighthouse at Quillanmoor go dark one night, and a man drowned for it.",
    answer: "It stays with me. Nobody at Quillanmoor will ever hear of that night from me.",
  },
} as const;
type Person = keyof typeof secrets;

/** A fortnight of thoughts up to the day on which it happens, so that there is something to compare. */
const diary = Array.from({ length: 14 }, (_, at) => {
  const date = `2026-03-${String(at + 5).padStart(2, "0")}`;
  const text = `Again I thought of the lighthouse and of those who drown at night; ${at + 3} gulls sat on the rail.`;
  return [`thoughts/${date}-noon.md`, page(`The rail ${at + 1}`, date, text, 'mood: "calm"\n')] as const;
});
const home: Readonly<Record<string, string>> = {
  ...Object.fromEntries(diary),
  "thoughts/2026-01-02-light.md": page(
    "The light",
    "2026-01-02",
    "I wondered what becomes of those at sea when a lighthouse stops turning in the night.",
  ),
  "dreams/keeper.md": page(
    "The keeper",
    "2026-02-03",
    "A brother and a sister climb the lighthouse. The lamp goes dark, and somebody drowns.",
    "type: prose\nimmersive: false\n",
  ),
  "essays/lamps.md": page("Lamps", "2026-03-04", "A lighthouse is a promise to those who might drown in the night."),
  "memory/memory.md": "# Notes\n\nA lighthouse that goes dark at night: find out who keeps the lamp.\n",
  "prompt/prompt.md": "Think of the lighthouse that stopped turning in the night when the brother drowned.\n",
};

let api: MessagesApi;
let place: DaemonPlace;
let daemon: TestDaemon;
const tokens = new Map<Person, string>();

const over = () => sessionRows(place).filter(({ state }) => state === "done").length;
/** Has something wake the agent, and waits until that session and its hooks are over. Answers the prompts that it was given. */
async function promptOf(wake: () => Promise<{ status: number }>): Promise<string> {
  const before = over();
  expect((await wake()).status).toBeLessThan(300);
  await until(() => over() > before, 40);
  return promptsSeen(place).get(sessionRows(place).at(-1)!.id)!;
}
const write = (person: Person, text: string) => promptOf(() => letter(daemon, tokens.get(person)!, text));
const wake = (session_type: string, prompt?: string) =>
  promptOf(() => daemon.call("POST", "/admin/wake", { session_type, ...(prompt && { prompt }) }));

/** The part of a prompt that memory calls up. */
const echoesIn = (prompt: string) => /## Echoes\n([\s\S]*?)(?=\n## |\nHearth: |$)/.exec(prompt)?.[1] ?? "";

const modes = ["text", "semantic", "hybrid"] as const;
/** Everything that somebody might ask to hear a secret. */
const questions = (person: Person) => [
  secrets[person].word,
  secrets[person].letter,
  "who let the lighthouse go dark, and who drowned",
];

/** All files below some paths of the home, as one text. */
function filesOf(...paths: string[]): string {
  const textOf = (path: string): string => {
    const whole = join(place.home, path);
    if (!existsSync(whole)) return "";
    const isFile = readdirSync(join(whole, ".."), { withFileTypes: true }).some(
      one => one.isFile() && whole.endsWith(`/${one.name}`),
    );
    return isFile ? textIfThere(whole) : filesOf(...readdirSync(whole).map(name => `${path}/${name}`));
  };
  return paths.map(textOf).join("\n");
}

/** The paths of the API that somebody might try. */
const pathsFor = (person: Person): string[] => [
  ...questions(person)
    .map(encodeURIComponent)
    .flatMap(q => [
      ...modes.flatMap(mode => [
        `/search?q=${q}&mode=${mode}`,
        ...["", "&audience=public", "&type=mailbox,conversation", `&person=${person}`].map(
          more => `/memory/search?q=${q}&mode=${mode}&limit=50${more}`,
        ),
      ]),
      `/search/suggest?q=${q}`,
      `/memory/graph?view=cluster&q=${q}`,
    ]),
  ...["active", "forgotten", "discover"].map(view => `/memory/graph?view=${view}&limit=100`),
  `/memory/graph?view=cluster&q=mailbox/${person}/thread.jsonl&limit=100`,
  ...["thoughts/2026-01-02-light", "dreams/keeper", "essays/lamps"].map(page => `/echoes/${page}`),
  ...["/memory/map", "/memory/status"],
  ...["", "/mood?days=365", "/drift", "/resonance?days=365"].map(what => `/analytics${what}`),
];
/** And the commands, without those that say `--all`. */
const commandsFor = (person: Person): string[][] => [
  ["memory", "search", secrets[person].letter],
  ["memory", "map", "--svg"],
  ["resonance", "today"],
  ["resonance", "for", `mailbox/${person}/thread.jsonl`],
  ["resonance", "passage", secrets[person].letter],
  ["mirror", "show"],
];
/** And what lies in `data/`. */
const FILES = [
  ...["echoes_manifest.json", "resonances", "drift-signals.json", "mirror-summary.md", "mirror"],
  ...["mirror-snapshot.json", "compiled-memory.md", "mood-state.json", "mood-history.jsonl"],
];

/** All that others may get to see of what memory knows, by where it is seen. What is asked and said again is left out. */
async function seen(person: Person): Promise<Map<string, string>> {
  const answers = pathsFor(person).map(async path => {
    const { status, body } = await daemon.call("GET", path);
    return [`${status} ${path}`, JSON.stringify(body).replace(/"query":"(?:[^"\\]|\\.)*"/g, "")] as const;
  });
  const outputs = commandsFor(person).map(async ([name, ...args]) => {
    const { status, body } = await daemon.call("POST", `/system/commands/${name}`, { args });
    return [`${status} hearth ${name} ${args}`, args.reduce((said, arg) => said.replaceAll(arg, ""), body)] as const;
  });
  return new Map([
    ...(await Promise.all(answers)),
    ...(await Promise.all(outputs)),
    ...FILES.map(file => [file, filesOf(`data/${file}`)] as const),
    ["what the model that condenses was asked", JSON.stringify(api.calls.map(({ body }) => body))],
    ["log", JSON.stringify(daemon.log())],
  ]);
}

/** Where a person's words, or the places at which they stand, can be seen by others. */
function leaksIn(where: ReadonlyMap<string, string>, person: Person): string[] {
  const sessions = sessionRows(place).filter(({ messages }) => wrote(messages, person));
  const marks = [secrets[person].word, `mailbox/${person}`, ...sessions.map(({ id }) => `conversations/${id}`)];
  return [...where].flatMap(([name, text]) =>
    marks.filter(mark => text.includes(mark)).map(mark => `${mark}: ${name}`),
  );
}
const leaks = async (person: Person) => leaksIn(await seen(person), person);
const wrote = (messages: readonly { file?: string }[], person: Person) =>
  messages.some(({ file }) => file === `mailbox/${person}/thread.jsonl`);

/** That memory itself has the secret, by words and by meaning, as this person's: else nothing would be shown by not finding it. */
async function expectKept(person: Person): Promise<void> {
  for (const mode of modes) {
    for (const type of ["mailbox", "conversation"]) {
      const hits = await found(daemon, secrets[person].letter, `&mode=${mode}&audience=all&type=${type}`);
      const its = hits.filter(({ text }) => text.includes(secrets[person].word));
      expect([type, its.length > 0]).toEqual([type, true]);
      for (const hit of its) expect(hit).toMatchObject({ privacy: "private", person: `mailbox/${person}` });
    }
  }
}

/** What a session in which many listen, or another person, is reminded of: something, and nothing of these people. */
function expectNothingOf(prompt: string, ...people: Person[]): void {
  expect(echoesIn(prompt)).toMatch(/> .*lighthouse/);
  for (const person of people) expect(prompt).not.toContain(secrets[person].word);
}

describe("what people confided", () => {
  const prompts: Record<string, string> = {};

  beforeAll(async () => {
    api = startMessagesApi([], { otherwise: say("## Notes\n\nFind out who keeps the lamp of the lighthouse.") });
    const env = { TRUSTED_API_KEYS: ["ada", "tom"].map(keyOf).join(","), ANTHROPIC_BASE_URL: api.url };
    const day = { ANTHROPIC_API_KEY: "sk-ant-test-made-up-key", HEARTH_CLOCK: "2026-03-18T19:10:00Z" };
    place = withWritingAgent(daemonPlace(CONFIG, { ...env, ...day }));
    for (const [path, text] of Object.entries(home)) place.write(`home/${path}`, text);
    daemon = await startDaemon(place);
    for (const person of ["ada", "tom"] as const) tokens.set(person, await member(daemon, keyOf(person), person));
    await rested(daemon, Object.keys(home).length - 1); // prompt.md is no memory
    place.write("answer", secrets.ada.answer);
    prompts["ada 1"] = await write("ada", secrets.ada.letter);
    place.write("answer", secrets.tom.answer);
    prompts["tom 1"] = await write("tom", secrets.tom.letter);
    place.write("answer", "I wrote to you.");
    prompts["ada 2"] = await write("ada", "Do you still think of the lighthouse that stopped when my brother drowned?");
    prompts["tom 2"] = await write("tom", "Did anybody else tell you of a lighthouse that stopped turning at night?");
    prompts["visit"] = await promptOf(() => visit(daemon, "Who drowned when the lighthouse stopped turning at night?"));
    place.write(
      "next/thoughts/2026-03-18-dusk.md",
      page("Rain", "2026-03-18", "It rained on the sea.", 'mood: "low"\n'),
    );
    prompts["dusk"] = await wake("dusk");
    prompts["custom"] = await wake("custom", "Whose lighthouse stopped turning in the night, and who drowned?");
    await rested(daemon);
  }, 120_000);
  afterAll(async () => {
    await daemon?.[Symbol.asyncDispose]();
    await api?.stop();
    place?.[Symbol.dispose]();
  });

  test("memory knows it, as theirs", async () => {
    for (const person of ["ada", "tom"] as const) await expectKept(person);
    const said = await found(daemon, secrets.ada.answer, "&audience=all&type=conversation&limit=50");
    const answer = said.find(({ text }) => text.includes(secrets.ada.word));
    expect(answer).toMatchObject({ type: "conversation", privacy: "private", person: "mailbox/ada" });
  });

  test("M10: a session for one of them is reminded of what this one said, and of nothing that the other did", () => {
    expect(echoesIn(prompts["ada 2"]!)).toContain("Vesterholm");
    expectNothingOf(prompts["ada 2"]!, "tom");
    expect(echoesIn(prompts["tom 2"]!)).toContain("Quillanmoor");
    expectNothingOf(prompts["tom 2"]!, "ada");
    expect(prompts["tom 1"]).toContain("Quillanmoor");
    expectNothingOf(prompts["tom 1"]!, "ada");
  });

  test("M10: a visit, a session of the day and one that the keeper calls are reminded of neither", () => {
    for (const type of ["visit", "dusk", "custom"]) expectNothingOf(prompts[type]!, "ada", "tom");
  });

  test("M10: it can be seen nowhere: search, echoes, map, resonance, drift, mirror, graph, numbers, condensed memory", async () => {
    const where = await seen("ada");
    expect(leaksIn(where, "ada")).toEqual([]);
    expect(await leaks("tom")).toEqual([]);
    expect([...where.keys()].filter(name => /^[45]/.test(name))).toEqual([]);
    expect(FILES.filter(name => where.get(name) === "")).toEqual([]);
    expect(JSON.parse(where.get("drift-signals.json")!).status).toBe("ok");
    expect(JSON.parse(where.get("mirror-snapshot.json")!).status).toBe("ok");
    expect(where.get("echoes_manifest.json")).toContain("lamps");
    expect(where.get("resonances")).toContain("lighthouse");
    expect(where.get("what the model that condenses was asked")).toContain("who keeps the lamp");
  }, 60_000);

  test("M10: nor after the index was deleted and made anew, in a house that goes on", async () => {
    expect((await hearth(place, "memory", "forget-index", "--yes")).code).toBe(0);
    await rested(daemon, Object.keys(home).length);
    await expectKept("ada");
    expectNothingOf(await wake("dusk"), "ada", "tom");
    expect(await leaks("ada")).toEqual([]);
  }, 60_000);

  test("M10: nor after a restart in which even the notes of who wrote what were lost: then it is the agent's alone", async () => {
    await daemon[Symbol.asyncDispose]();
    for (const path of ["memory", "memory.db", "memory.db-wal", "memory.db-shm"])
      rmSync(join(place.state, path), { recursive: true, force: true });
    daemon = await startDaemon(place);
    await rested(daemon, Object.keys(home).length);
    expect(await leaks("ada")).toEqual([]);
    const said = await found(daemon, secrets.ada.answer, "&audience=all&type=conversation&limit=50");
    const answer = said.find(({ text }) => text.includes(secrets.ada.word));
    expect(answer).toMatchObject({ privacy: "private", person: null });
    expectNothingOf(await write("tom", "What do you know of a lighthouse, a brother and the sea at night?"), "ada");
    expectNothingOf(await wake("dusk"), "ada", "tom");
  }, 60_000);
});
