import { type BotApi, type BotCall, startBotApi } from "../fixtures/bot-api";
import { acrossKills } from "../fixtures/telegram-kills";
import { type BenchDaemon, median, percentile, startBenchDaemon } from "./daemon";
import { soon } from "./soon";
import { spawnedAfter, spawnedAgent } from "./spawned";
import { idle } from "./wake";

const ROUNDS = 40;
const UPDATES = 1000;
const KILLS = 20;
const PERSON = 4711;

export interface Spread {
  readonly p50: number;
  readonly p95: number;
}

/** Milliseconds from when a message leaves Telegram to what follows from it. */
export interface TelegramFigures {
  /** The first sign of typing reaches Telegram. */
  readonly typing: Spread;
  /** The first instruction of the agent's process. */
  readonly spawn: Spread;
  /** The answer of an agent that takes no time reaches Telegram. */
  readonly answer: Spread;
}

/** Of many updates said to a daemon that is killed again and again: how many a session carries once, more than once, never. */
export async function updatesAcrossKills() {
  const { said, carried } = await acrossKills(UPDATES, KILLS);
  const times = said.map(text => carried.get(text) ?? 0);
  const count = (fits: (times: number) => boolean) => times.filter(fits).length;
  return {
    updates: UPDATES,
    kills: KILLS,
    once: count(n => n === 1),
    twice: count(n => n > 1),
    lost: count(n => n === 0),
  };
}

/** The whole house in a process of its own, with a stand-in of Telegram in this one. */
export async function telegramFigures(): Promise<TelegramFigures> {
  await using api = startBotApi();
  using agent = spawnedAgent("telegram");
  const telegram = `[plugins.telegram]\napiRoot = "${api.url}"\npollSeconds = 50\npeople = { Ada = ${PERSON} }`;
  await using daemon = await startBenchDaemon({
    config: agent.config
      .replace("[plugins.telegram]", telegram)
      .replace("[plugins.sessions]", "[plugins.sessions]\nfirstWake = false"),
    env: { ...agent.env, TELEGRAM_BOT_TOKEN: api.token },
  });
  await once(daemon, api); // the first of all is when the code is read
  const rounds: Round[] = [];
  for (let round = 0; round < ROUNDS; round++) rounds.push(await once(daemon, api));
  const spread = (what: keyof Round): Spread => {
    const times = rounds.map(round => round[what]);
    return { p50: median(times), p95: percentile(times, 95) };
  };
  return { typing: spread("typing"), spawn: spread("spawn"), answer: spread("answer") };
}

type Round = Readonly<Record<keyof TelegramFigures, number>>;

async function once(daemon: BenchDaemon, api: BotApi): Promise<Round> {
  const before = api.calls.length;
  const since = performance.timeOrigin + performance.now();
  const came = (method: string, fits: (call: BotCall) => boolean = () => true) =>
    soon(() => api.calls.slice(before).find(call => call.method === method && fits(call)));
  api.say(PERSON, "Good morning. How is the weather where you are?");
  const typing = await came("sendChatAction");
  const spawn = await spawnedAfter(daemon, since);
  const answer = await came("sendMessage");
  const left = api.calls.find(({ method, left = 0 }) => method === "getUpdates" && left >= since)!.left!;
  await idle(daemon.url);
  await soon(() => api.waiting === 0);
  return { typing: typing.came - left, spawn: spawn - left, answer: answer.came - left };
}
