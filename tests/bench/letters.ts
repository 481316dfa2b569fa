import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type MailboxDaemon, type Member, mailboxDaemon, post } from "./mailbox-daemon";

const MEMBERS = 200;
const CONNECTIONS = 16;
const SECONDS = 10;

export interface LetterFigures {
  /** Letters that were acknowledged, a second. */
  readonly perSecond: number;
  readonly sent: number;
  /** Of these, once on disk. */
  readonly kept: number;
}

/** Letters of many people, over a few connections. */
export async function letterFigures(): Promise<LetterFigures> {
  await using daemon = await mailboxDaemon(MEMBERS);
  await letters(daemon, 2); // so that the code is warm
  const from = performance.now();
  const sent = await letters(daemon, SECONDS);
  const perSecond = sent.length / ((performance.now() - from) / 1000);
  return { perSecond, sent: sent.length, kept: onDisk(daemon, sent) };
}

/** A letter that was acknowledged. */
interface Acknowledged {
  readonly username: string;
  readonly id: string;
}

/** Has one after the other write a letter, for so many seconds. */
async function letters({ url, members }: MailboxDaemon, seconds: number): Promise<Acknowledged[]> {
  const sent: Acknowledged[] = [];
  const end = performance.now() + seconds * 1000;
  let next = 0;
  const connection = async () => {
    while (performance.now() < end) sent.push(await letter(url, members[next++ % MEMBERS]!, next));
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, connection));
  return sent;
}

async function letter(url: string, { username, headers }: Member, n: number): Promise<Acknowledged> {
  const body = { message: `Letter ${n}. ${"Some words of it. ".repeat(20)}` };
  const answer = await post(`${url}/api/v1/mailbox/send`, body, headers.authorization);
  return { username, id: answer["id"]! };
}

function onDisk({ home, members }: MailboxDaemon, sent: readonly Acknowledged[]): number {
  const times = new Map<string, number>();
  for (const { username } of members)
    for (const [, id] of readFileSync(join(home, "mailbox", username, "thread.jsonl"), "utf8").matchAll(
      /"id":"(.*?)"/g,
    ))
      times.set(`${username} ${id}`, (times.get(`${username} ${id}`) ?? 0) + 1);
  return sent.filter(({ username, id }) => times.get(`${username} ${id}`) === 1).length;
}
