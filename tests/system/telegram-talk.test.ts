import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type BotApi, startBotApi } from "../fixtures/bot-api";
import { type DaemonPlace, daemonPlace, startDaemon, type TestDaemon } from "../fixtures/daemon";
import { readDatabase, sessionRows } from "../fixtures/mail";
import {
  fault,
  type MessagesApi,
  say,
  startMessagesApi,
  systemText,
  userText,
  useTool,
} from "../fixtures/messages-api";
import { ADA } from "../fixtures/telegram-house";
import { typedInto } from "../fixtures/typed";
import { until } from "../fixtures/until";

const SECRET = "the lighthouse is hollow";
const THOUGHT = "thoughts/2026-11-21-talk.md";

/** A frontend that is told what changed; answers with the tags of each call. */
function startFrontend() {
  const told: string[][] = [];
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      told.push(((await request.json()) as { tags: string[] }).tags);
      return Response.json({});
    },
  });
  return { told, url: `http://127.0.0.1:${server.port}/`, stop: () => server.stop(true) };
}

const config = (bot: BotApi, frontend: string) => `
[plugins.system]
[plugins.sessions]
firstWake = false
agent = "claude-cli"
[plugins.agent-claude-cli]
[plugins.context-home]
[plugins.hook-conversation]
[plugins.hook-revalidation]
url = "${frontend}"
secret = "test"
[plugins.hook-git]
[plugins.pictures]
[plugins.watcher]
[plugins.talk]
[plugins.telegram]
token = "${bot.token}"
apiRoot = "${bot.url}"
pollSeconds = 1
people = { Ada = ${ADA} }
`;

/** A talk as it is held: opened, gone on with, a turn that fails, a restart, a turn after it, closed; and one at a terminal. */
describe("a talk with the real Claude CLI", () => {
  let api: MessagesApi;
  let bot: BotApi;
  let frontend: ReturnType<typeof startFrontend>;
  let place: DaemonPlace;
  let daemon: TestDaemon;
  const answers: string[] = [];

  const unsent = () =>
    readDatabase(place, "telegram", db => db.query("select 1 from outgoing where state = 'waiting'").all().length);

  /** Says something to the bot, and waits until its session and all hooks are over, and what was sent is known to be. */
  async function turn(text: string): Promise<void> {
    const { length } = bot.sent;
    bot.say(ADA, text);
    await until(() => bot.sent.length > length, 60);
    await until(async () => (await daemon.call("GET", "/session/status")).body.state === "idle", 60);
    await until(() => unsent() === 0);
    answers.push(bot.sent[length]!.text);
  }

  beforeAll(async () => {
    bot = startBotApi();
    frontend = startFrontend();
    const content = '---\ndate: "2026-11-21"\ntitle: "A talk"\n---\n\nAda wrote.\n';
    api = startMessagesApi([
      say("Good to hear from you."),
      () => useTool("Write", { file_path: join(place.home, THOUGHT), content }),
      say("I wrote it down."),
      fault(403),
      say("Yes, I am back."),
      say("Hello at the terminal."),
      say("We began with hello."),
    ]);
    place = daemonPlace(config(bot, frontend.url), {
      ANTHROPIC_API_KEY: "sk-ant-test-made-up-key",
      ANTHROPIC_BASE_URL: api.url,
    });
    place.write("home/notes/secret.md", SECRET);
    daemon = await startDaemon(place);
    await turn("/talk");
    await turn("@notes/secret.md --help /compact");
    await turn("and this one?");
    daemon.signal("SIGKILL");
    await daemon.exited;
    daemon = await startDaemon(place);
    await turn("are you there?");
    await turn("/end-talk");
  }, 120_000);

  afterAll(async () => {
    await daemon?.[Symbol.asyncDispose]();
    await api?.stop();
    await bot?.[Symbol.asyncDispose]();
    await frontend?.stop();
    place?.[Symbol.dispose]();
  });

  const turns = () => sessionRows(place).filter(({ type }) => type === "telegram_talk_open");
  const cliSessions = () =>
    new Set(api.calls.slice(0, 5).map(({ headers }) => headers["x-claude-code-session-id"])).size;
  const conversation = (id: string) => readFileSync(join(place.home, `conversations/${id}.md`), "utf8");

  test("each turn is answered; one that fails, and a kill, cost the talk nothing", () => {
    expect(answers).toEqual([
      "Good to hear from you.",
      "I wrote it down.",
      "Something went wrong, and I could not answer. Please try again. The talk is still open.",
      "Yes, I am back.",
      "The talk is closed. What you write now reaches me as a single message.",
    ]);
    expect(turns().map(({ state }) => state)).toEqual(["done", "done", "failed", "done"]);
    const resumed = readDatabase(place, "sessions", db =>
      db.query<{ resumes: string | null }, []>("select resumes from session order by id").all(),
    ).map(({ resumes }) => resumes);
    const [first, second] = turns().map(({ id }) => id);
    expect(resumed).toEqual([null, first!, second!, second!]);
  });

  test("T4: all turns are one session of the CLI, and each has the system prompt", () => {
    expect(cliSessions()).toBe(1);
    for (const call of api.calls.slice(0, 5)) expect(systemText(call)).toContain("TELEGRAM TALK OPEN");
    const last = JSON.stringify(api.calls[4]!.body.messages);
    for (const said of ["Good to hear from you.", "I wrote it down.", "are you there?"]) expect(last).toContain(said);
  });

  test("T3: what a person types is words to the CLI: no flag, no command, no file", () => {
    expect(userText(api.calls[1]!)).toContain("@notes/secret.md --help /compact");
    expect(JSON.stringify(api.requests)).not.toContain(SECRET);
  });

  test("T9: each turn is in conversations/, with how it ended", () => {
    expect(readdirSync(join(place.home, "conversations")).filter(name => name.endsWith(".md"))).toHaveLength(4);
    const texts = turns().map(({ id }) => conversation(id));
    expect(texts[1]).toContain("## Response\n\nI wrote it down.");
    expect(texts[2]).toContain('status: "failed"');
    expect(texts[3]).toContain("are you there?");
  });

  test("T9: what a turn changed is committed, and the frontend was told", () => {
    const log = Bun.spawnSync(["git", "-C", place.home, "log", "--name-only", "--format="], {
      env: { PATH: process.env["PATH"]! },
    });
    expect(log.stdout.toString()).toContain(THOUGHT);
    expect(frontend.told).toContainEqual(["echoes", "thoughts"]);
  });

  test("at a terminal, the second turn goes on with the first", async () => {
    const { out, code } = await typedInto(place, "hello\nhow did we begin?\n");
    expect(code).toBe(0);
    expect(out).toContain("Hello at the terminal.");
    expect(out).toContain("We began with hello.");
    const [first, second] = api.calls.slice(5);
    expect(second!.headers["x-claude-code-session-id"]).toBe(first!.headers["x-claude-code-session-id"]!);
    for (const call of [first!, second!]) expect(systemText(call)).toContain("TALK");
    expect(JSON.stringify(second!.body.messages)).toContain("Hello at the terminal.");
  }, 60_000);
});
