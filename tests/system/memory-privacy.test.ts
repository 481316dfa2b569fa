import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { bundledConfig, type DaemonPlace, daemonPlace, hearth, startDaemon, type TestDaemon } from "../fixtures/daemon";
import { letter, member, sessionRows, visit } from "../fixtures/mail";
import { found, page, promptsSeen, rested, withWritingAgent, writingAgent } from "../fixtures/memory-daemon";
import { type MessagesApi, say, startMessagesApi } from "../fixtures/messages-api";
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

const home: Readonly<Record<string, string>> = {
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
    return isFile ? readFileSync(whole, "utf8") : filesOf(...readdirSync(whole).map(name => `${path}/${name}`));
  };
  return paths.map(textOf).join("\n");
}

/** All that others may get to see of what memory knows, by where it is seen. */
async function seen(person: Person): Promise<Map<string, string>> {
  const all = new Map<string, string>();
  const get = async (path: string) => {
    const { status, body } = await daemon.call("GET", path);
    all.set(`${status} ${path}`, JSON.stringify(body));
  };
  for (const q of questions(person).map(encodeURIComponent)) {
    for (const mode of modes) {
      await get(`/search?q=${q}&mode=${mode}`);
      for (const more of ["", "&audience=public", "&type=mailbox,conversation", `&person=${person}`])
        await get(`/memory/search?q=${q}&mode=${mode}&limit=50${more}`);
    }
    await get(`/search/suggest?q=${q}`);
    await get(`/memory/graph?view=cluster&q=${q}`);
  }
  for (const view of ["active", "forgotten", "discover"]) await get(`/memory/graph?view=${view}&limit=100`);
  await get(`/memory/graph?view=cluster&q=mailbox/${person}/thread.jsonl&limit=100`);
  for (const page of ["thoughts/2026-01-02-light", "dreams/keeper", "essays/lamps"]) await get(`/echoes/${page}`);
  await get("/memory/map");
  await get("/memory/status");
  for (const what of ["", "/mood?days=365", "/drift", "/resonance?days=365"]) await get(`/analytics${what}`);
  const commands = [
    ["memory", "search", secrets[person].letter],
    ["memory", "map", "--svg", join(place.folder, "map.svg")],
    ["resonance", "today"],
    ["resonance", "for", `mailbox/${person}/thread.jsonl`],
    ["resonance", "passage", secrets[person].letter],
    ["mirror", "show"],
  ];
  for (const args of commands) {
    const { out, err } = await hearth(place, ...args);
    all.set(`hearth ${args.join(" ")}`, args.reduce((said, arg) => said.replaceAll(arg, ""), out + err)); // what was asked may be said again
  }
  all.set("map.svg", readFileSync(join(place.folder, "map.svg"), "utf8"));
  for (const file of ["echoes_manifest.json", "resonances", "drift-signals.json", "mirror-summary.md", "mirror"])
    all.set(file, filesOf(`data/${file}`));
  for (const file of ["mirror-snapshot.json", "compiled-memory.md", "mood-state.json", "mood-history.jsonl"])
    all.set(file, filesOf(`data/${file}`));
  all.set("what the model that condenses was asked", JSON.stringify(api.calls.map(({ body }) => body)));
  all.set("log", JSON.stringify(daemon.log()));
  return all;
}

/** Where a person's words, or where they stand, can be seen by others. Questions that are answered back are no leak. */
async function leaks(person: Person): Promise<string[]> {
  const { word } = secrets[person];
  const own = [
    ...new Set(
      sessionRows(place)
        .filter(({ messages }) => wrote(messages, person))
        .map(({ id }) => id),
    ),
  ];
  const marks = [`mailbox/${person}`, ...own.map(id => `conversations/${id}`)];
  const bad = [...(await seen(person))].flatMap(([where, text]) => {
    const said = text.replace(/"query":"(?:[^"\\]|\\.)*"/g, "");
    return [word, ...marks].filter(mark => said.includes(mark)).map(mark => `${mark} in ${where}`);
  });
  return bad;
}
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

describe("M10: what people confided", () => {
  const prompts: Record<string, string> = {};

  beforeAll(async () => {
    api = startMessagesApi([], { otherwise: say("## Notes\n\nFind out who keeps the lamp of the lighthouse.") });
    const env = { TRUSTED_API_KEYS: ["ada", "tom"].map(keyOf).join(","), ANTHROPIC_BASE_URL: api.url };
    place = withWritingAgent(daemonPlace(CONFIG, { ...env, ANTHROPIC_API_KEY: "sk-ant-test-made-up-key" }));
    for (const [path, text] of Object.entries(home)) place.write(`home/${path}`, text);
    daemon = await startDaemon(place);
    for (const person of ["ada", "tom"] as const) tokens.set(person, await member(daemon, keyOf(person), person));
    await rested(daemon, 4);
    place.write("answer", secrets.ada.answer);
    prompts["ada 1"] = await write("ada", secrets.ada.letter);
    place.write("answer", secrets.tom.answer);
    prompts["tom 1"] = await write("tom", secrets.tom.letter);
    place.write("answer", "I wrote to you.");
    prompts["ada 2"] = await write("ada", "Do you still think of the lighthouse that stopped when my brother drowned?");
    prompts["tom 2"] = await write("tom", "Did anybody else tell you of a lighthouse that stopped turning at night?");
    prompts["visit"] = await promptOf(() => visit(daemon, "Who drowned when the lighthouse stopped turning at night?"));
    prompts["dusk"] = await wake("dusk");
    prompts["custom"] = await wake("custom", "Whose lighthouse stopped turning in the night, and who drowned?");
    await rested(daemon, 4);
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

  test("a session for one of them is reminded of what this one said, and of nothing that the other did", () => {
    expect(echoesIn(prompts["ada 2"]!)).toContain("Vesterholm");
    expectNothingOf(prompts["ada 2"]!, "tom");
    expect(echoesIn(prompts["tom 2"]!)).toContain("Quillanmoor");
    expectNothingOf(prompts["tom 2"]!, "ada");
    expect(prompts["tom 1"]).toContain("Quillanmoor");
    expectNothingOf(prompts["tom 1"]!, "ada");
  });

  test("a visit, a session of the day and one that the keeper calls are reminded of neither", () => {
    for (const type of ["visit", "dusk", "custom"]) expectNothingOf(prompts[type]!, "ada", "tom");
  });

  test("it can be seen nowhere: search, echoes, map, resonance, drift, mirror, graph, numbers, condensed memory", async () => {
    expect(await leaks("ada")).toEqual([]);
    expect(await leaks("tom")).toEqual([]);
    const where = await seen("ada");
    expect([...where].filter(([name, text]) => text.length < 3 && !name.startsWith("hearth")).map(([name]) => name)).toEqual(
      [],
    );
    expect(where.get("echoes_manifest.json")).toContain("lamps");
    expect(where.get("resonances")).toContain("lighthouse");
    expect(where.get("what the model that condenses was asked")).toContain("who keeps the lamp");
  }, 60_000);

  test("nor after the index was deleted and made anew, in a house that goes on", async () => {
    expect((await hearth(place, "memory", "forget-index", "--yes")).code).toBe(0);
    await rested(daemon, 6);
    await expectKept("ada");
    expectNothingOf(await wake("dusk"), "ada", "tom");
    expect(await leaks("ada")).toEqual([]);
  }, 60_000);

  test("nor after a restart in which even the notes of who wrote what were lost: then it is the agent's alone", async () => {
    await daemon[Symbol.asyncDispose]();
    for (const path of ["memory", "memory.db", "memory.db-wal", "memory.db-shm"])
      rmSync(join(place.state, path), { recursive: true, force: true });
    daemon = await startDaemon(place);
    await rested(daemon, 6);
    expect(await leaks("ada")).toEqual([]);
    const said = await found(daemon, secrets.ada.answer, "&audience=all&type=conversation&limit=50");
    const answer = said.find(({ text }) => text.includes(secrets.ada.word));
    expect(answer).toMatchObject({ privacy: "private", person: null });
    expectNothingOf(await write("tom", "What do you know of a lighthouse, a brother and the sea at night?"), "ada");
    expectNothingOf(await wake("dusk"), "ada", "tom");
  }, 60_000);
});
