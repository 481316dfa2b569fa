import { median } from "./daemon";
import { type MailboxDaemon, mailboxDaemon, post } from "./mailbox-daemon";
import { longestMeanwhile, timed } from "./probe";

const MEMBERS = 4;
const LOGINS = 60;
const QUIET_MS = 3000;

export interface LoginFigures {
  /** Milliseconds of a login, and of one of four at once. */
  readonly oneMs: number;
  readonly fourMs: number;
  /** The longest answer to another request in milliseconds: when nobody logs in, when one does after the other, when four do at once. */
  readonly quietMs: number;
  readonly besideOneMs: number;
  readonly besideFourMs: number;
}

/** What a login costs the one who logs in, and the others. */
export async function loginFigures(): Promise<LoginFigures> {
  await using daemon = await mailboxDaemon(MEMBERS);
  const status = () => others(daemon);
  await longestMeanwhile(status, Bun.sleep(QUIET_MS));
  const quietMs = await longestMeanwhile(status, Bun.sleep(QUIET_MS));
  const one = logins(daemon, 1);
  const besideOneMs = await longestMeanwhile(status, one);
  const four = logins(daemon, MEMBERS);
  const besideFourMs = await longestMeanwhile(status, four);
  return { oneMs: median(await one), fourMs: median(await four), quietMs, besideOneMs, besideFourMs };
}

/** What others ask for meanwhile: something that is in memory, and something for which a file is looked at. */
const others = ({ url, members }: MailboxDaemon) =>
  Promise.all(
    ["session", "mailbox"].map(async of => {
      const answer = await fetch(`${url}/api/v1/${of}/status`, { headers: members[0]!.headers });
      if (answer.status !== 200) throw new Error(`${of}/status: ${answer.status}`);
      await answer.text();
    }),
  );

/** Logs in again and again, so many at once; answers how long each took. */
async function logins({ url, members }: MailboxDaemon, atOnce: number): Promise<number[]> {
  const took: number[] = [];
  const some = members.slice(0, atOnce).map(async ({ password }) => {
    for (let n = 0; n < LOGINS / atOnce; n++)
      took.push(await timed(() => post(`${url}/api/v1/mailbox/login`, { password })));
  });
  await Promise.all(some);
  return took;
}
