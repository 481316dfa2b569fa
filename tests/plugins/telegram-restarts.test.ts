import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type BotApi, startBotApi } from "../fixtures/bot-api";
import { type DaemonPlace, daemonPlace, startDaemon } from "../fixtures/daemon";
import { dice } from "../fixtures/dice";
import { mailConfig, seenPrompts, withNotingAgent } from "../fixtures/mail";
import { ADA, BO } from "../fixtures/telegram-house";
import { until } from "../fixtures/until";

/** `TELEGRAM_UPDATES=1000 TELEGRAM_RESTARTS=20` for the long run. */
const UPDATES = Number(process.env["TELEGRAM_UPDATES"] ?? 120);
const RESTARTS = Number(process.env["TELEGRAM_RESTARTS"] ?? 4);

const tables = (api: BotApi) => `
[plugins.hook-conversation]
[plugins.telegram]
apiRoot = "${api.url}"
pollSeconds = 1
people = { Bo = ${BO} }`;

/** A small house whose token and owner come from the environment, as in older set-ups. */
const placeFor = (api: BotApi): DaemonPlace =>
  withNotingAgent(
    daemonPlace(mailConfig({ more: tables(api) }), {
      TELEGRAM_BOT_TOKEN: api.token,
      TELEGRAM_CHAT_ID: String(ADA),
    }),
  );

/** What the sessions of a place carry, of each text how often. */
function carried({ state }: DaemonPlace): Map<string, number> {
  const counts = new Map<string, number>();
  const file = join(state, "sessions.db");
  if (!existsSync(file)) return counts;
  const db = new Database(file, { readonly: true });
  try {
    for (const { brought } of db.query<{ brought: string }, []>("select brought from session").all())
      for (const { text } of Object.values(JSON.parse(brought) as Record<string, { text: string }[]>).flat())
        counts.set(text, (counts.get(text) ?? 0) + 1);
  } finally {
    db.close();
  }
  return counts;
}

const historyOf = (place: DaemonPlace, name: string): { from: string; text: string }[] => {
  const file = join(place.home, "telegram", name, "chat.jsonl");
  const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n").slice(0, -1) : [];
  return lines.map(line => JSON.parse(line));
};

/** Answers that are messages of the agent or of the house to a chat, each by itself. */
const answersTo = (api: BotApi, user: number) => api.sent.filter(({ chat }) => chat === user).length;

test(`T7: ${UPDATES} updates across ${RESTARTS} kills are handled once each`, async () => {
  await using api = startBotApi();
  using place = placeFor(api);
  const chance = dice(7);
  const texts = Array.from({ length: UPDATES }, (_, n) => `message ${n}.`);
  let said = 0;
  const saySome = (count: number) => {
    for (const end = Math.min(said + count, UPDATES); said < end; said++)
      api.say(said % 3 === 0 ? BO : ADA, texts[said]!);
  };
  for (let restart = 0; restart < RESTARTS; restart++) {
    const daemon = await startDaemon(place);
    const before = seenPrompts(place).length;
    saySome(Math.ceil(UPDATES / RESTARTS / 2));
    await until(() => seenPrompts(place).length > before || api.waiting === 0, 60);
    saySome(Math.ceil(UPDATES / RESTARTS / 2));
    await Bun.sleep(chance.int(80)); // to be killed at any point, and not only at those that a test can wait for
    daemon.signal("SIGKILL");
    await daemon.exited;
  }
  saySome(UPDATES);
  await using daemon = await startDaemon(place);
  await until(() => carried(place).size === UPDATES && api.waiting === 0, 120);
  const sessions = () => daemon.call("GET", "/session/status").then(({ body }) => body.active === false);
  await until(sessions, 60);
  expect([...carried(place)].filter(([, count]) => count !== 1)).toEqual([]);
  const lines = () => [...historyOf(place, "owner"), ...historyOf(place, "Bo")].filter(({ from }) => from !== "agent");
  await until(() => lines().length >= UPDATES);
  expect(
    lines()
      .map(({ text }) => text)
      .sort(),
  ).toEqual([...texts].sort());
  await until(() => answersTo(api, ADA) > 0 && answersTo(api, BO) > 0);
}, 600_000);

test("T9: a talk survives a kill, and its next turn goes on with the one before", async () => {
  await using api = startBotApi();
  using place = placeFor(api);
  {
    const daemon = await startDaemon(place);
    api.say(ADA, "/talk");
    await api.texts(1);
    daemon.signal("SIGKILL");
    await daemon.exited;
  }
  await using daemon = await startDaemon(place);
  api.say(ADA, "one");
  await api.texts(2);
  await until(async () => (await daemon.call("GET", "/session/status")).body.active === false);
  const db = new Database(join(place.state, "sessions.db"), { readonly: true });
  const rows = db
    .query<{ id: string; type: string; resumes: string | null }, []>(
      "select id, type, resumes from session order by id",
    )
    .all();
  db.close();
  expect(rows.map(({ type, resumes }) => [type, resumes])).toEqual([
    ["telegram_talk_open", null],
    ["telegram_talk_open", rows[0]!.id],
  ]);
});

test("T6: the token is in nothing that a daemon prints, whatever fails", async () => {
  await using api = startBotApi();
  api.fail("getUpdates", { status: 0, cut: true });
  api.fail("sendMessage", { status: 0, cut: true });
  using place = placeFor(api);
  await using daemon = await startDaemon(place);
  api.say(ADA, "/help");
  await api.texts(1);
  const printed = JSON.stringify(daemon.log()) + daemon.said();
  expect(printed).toContain("Telegram could not be reached");
  expect(printed).not.toContain(api.token.split(":")[1]!);
});
