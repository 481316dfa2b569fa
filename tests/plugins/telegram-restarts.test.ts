import { expect, test } from "bun:test";
import { startBotApi } from "../fixtures/bot-api";
import { startDaemon } from "../fixtures/daemon";
import { readDatabase, sessionRows } from "../fixtures/mail";
import { ADA } from "../fixtures/telegram-house";
import { acrossKills, telegramPlace } from "../fixtures/telegram-kills";
import { until } from "../fixtures/until";

/** `bun run bench telegram` has 1,000 updates and 20 kills. */
const UPDATES = 120;
const KILLS = 4;

test(`T7: ${UPDATES} updates across ${KILLS} kills are handled once each`, async () => {
  const { said, carried, written, answers } = await acrossKills(UPDATES, KILLS);
  expect([...carried].filter(([, count]) => count !== 1)).toEqual([]);
  expect([...carried.keys()].sort()).toEqual(said.toSorted());
  expect(written.toSorted()).toEqual(said.toSorted());
  expect(answers.every(count => count > 0)).toBe(true);
}, 600_000);

test("T9: a talk survives a kill, and its next turn goes on with the one before", async () => {
  await using api = startBotApi();
  using place = telegramPlace(api);
  {
    const daemon = await startDaemon(place);
    api.say(ADA, "/talk");
    await api.texts(1);
    daemon.signal("SIGKILL");
    await daemon.exited;
  }
  await using daemon = await startDaemon(place);
  api.say(ADA, "one");
  await until(() => sessionRows(place).length === 2); // not its answer: the first may come twice, when the kill falls between
  await until(async () => (await daemon.call("GET", "/session/status")).body.active === false);
  const rows = readDatabase(place, "sessions", db =>
    db
      .query<{ id: string; type: string; resumes: string | null }, []>(
        "select id, type, resumes from session order by id",
      )
      .all(),
  );
  expect(rows.map(({ type, resumes }) => [type, resumes])).toEqual([
    ["telegram_talk_open", null],
    ["telegram_talk_open", rows[0]!.id],
  ]);
});

test("T6: the token is in nothing that a daemon prints, whatever fails", async () => {
  await using api = startBotApi();
  api.fail("getUpdates", { status: 0, cut: true });
  api.fail("sendMessage", { status: 0, cut: true });
  using place = telegramPlace(api);
  await using daemon = await startDaemon(place);
  api.say(ADA, "/help");
  await api.texts(1);
  const printed = JSON.stringify(daemon.log()) + daemon.said();
  expect(printed).toContain("Telegram could not be reached");
  expect(printed).not.toContain(api.token.split(":")[1]!);
});
