import { readFileSync } from "node:fs";
import { join } from "node:path";
import { mailboxDaemon, post } from "./mailbox-daemon";

const MEMBERS = 40;
const SECONDS = 5;
const LOGINS = 40;

export interface LetterFigures {
  /** Letters that were acknowledged, a second. */
  readonly perSecond: number;
  /** Of these, on disk. */
  readonly kept: number;
  readonly sent: number;
  readonly loginMs: number;
  /** The longest answer to another request in milliseconds, while nobody logs in and while somebody does all the time. */
  readonly quietMs: number;
  readonly busyMs: number;
}

/** Letters of many people at once, and what a login costs the others. */
export async function letterFigures(): Promise<LetterFigures> {
  await using daemon = await mailboxDaemon(MEMBERS);
  const { url, members } = daemon;
  const send = (authorization: string, n: number) =>
    post(`${url}/api/v1/mailbox/send`, { message: `Letter ${n}, some words.` }, authorization);
  const until = performance.now() + SECONDS * 1000;
  const ids = await Promise.all(
    members.map(async ({ username, headers }) => {
      const own: string[] = [];
      while (performance.now() < until) own.push((await send(headers.authorization, own.length))["id"]!);
      const thread = readFileSync(join(daemon.home, "mailbox", username, "thread.jsonl"), "utf8");
      return own.map(id => thread.split(`"id":"${id}"`).length === 2);
    }),
  );
  const all = ids.flat();
  const live = () => fetch(`${url}/api/v1/health/live`).then(answer => answer.text());
  const quietMs = await longest(live, Bun.sleep(2000));
  const from = performance.now();
  const logins = (async () => {
    for (let n = 0; n < LOGINS; n++)
      await post(`${url}/api/v1/mailbox/login`, { password: members[n % MEMBERS]!.password });
  })();
  const busyMs = await longest(live, logins);
  return {
    perSecond: all.length / SECONDS,
    kept: all.filter(Boolean).length,
    sent: all.length,
    loginMs: (performance.now() - from) / LOGINS,
    quietMs,
    busyMs,
  };
}

/** The longest of many calls, one after the other, till something is over. */
async function longest(call: () => Promise<unknown>, over: Promise<unknown>): Promise<number> {
  let going = true;
  void over.finally(() => {
    going = false;
  });
  let most = 0;
  while (going) {
    const from = performance.now();
    await call();
    most = Math.max(most, performance.now() - from);
  }
  await over;
  return most;
}
