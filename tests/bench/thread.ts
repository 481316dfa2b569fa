import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { vouchFor } from "../fixtures/mail";
import { percentile } from "./daemon";
import { mailboxDaemon } from "./mailbox-daemon";
import { timed } from "./probe";

const LETTERS = 10_000;
const ROUNDS = 200;

export interface ThreadFigures {
  /** Milliseconds of a page of 50 letters: the first of all; the newest, some from the middle, the newest when a letter has come, p95 each. */
  readonly coldMs: number;
  readonly newestMs: number;
  readonly middleMs: number;
  readonly grownMs: number;
  readonly statusMs: number;
}

/** Pages of a thread of 10,000 letters, over HTTP. */
export async function threadFigures(): Promise<ThreadFigures> {
  await using daemon = await mailboxDaemon(1);
  const [{ username, headers }] = daemon.members as [(typeof daemon.members)[0]];
  const file = join(daemon.home, "mailbox", username, "thread.jsonl");
  const lines = Array.from({ length: LETTERS }, (_, n) => lineOf(n, n % 2 ? "claudie" : username)).join("");
  vouchFor(daemon, username, lines);
  writeFileSync(file, lines);
  const ask = (path: string) =>
    timed(() => fetch(`${daemon.url}/api/v1/mailbox${path}`, { headers }).then(one => one.text()));
  const coldMs = await ask("/thread");
  const grown: number[] = [];
  for (let n = 0; n < ROUNDS; n++) {
    appendFileSync(file, lineOf(LETTERS + n, "claudie"));
    grown.push(await ask("/thread"));
  }
  return {
    coldMs,
    newestMs: await ninetyFive(() => ask("/thread")),
    middleMs: await ninetyFive(n => ask(`/thread?before=${idOf(LETTERS / 2 - n)}`)),
    grownMs: percentile(grown, 95),
    statusMs: await ninetyFive(() => ask("/status")),
  };
}

const idOf = (n: number) => `msg_20251121_u_${n}`;
const lineOf = (n: number, from: string) =>
  `${JSON.stringify({ id: idOf(n), from, ts: new Date(Date.UTC(2025, 10, 21) + n * 1000).toISOString(), body: `Letter ${n}. ${"Some words of it. ".repeat(20)}` })}\n`;

async function ninetyFive(ask: (n: number) => Promise<number>): Promise<number> {
  const took: number[] = [];
  for (let n = 0; n < ROUNDS; n++) took.push(await ask(n));
  return percentile(took, 95);
}
