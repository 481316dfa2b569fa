import { type BenchDaemon, startBenchDaemon } from "./daemon";

/** A plugin's tables: what the mailbox needs, without limits that a measure would meet. */
const config = `
[plugins.health]
[plugins.sessions]
firstWake = false
[plugins.agent-offline]
[plugins.letterbox]
cooldown = 0
perDay = 1_000_000
[plugins.pictures]
[plugins.mailbox]
keyTries = 100_000
`;

/** Someone with a mailbox, logged in. */
export interface Member {
  readonly username: string;
  readonly password: string;
  readonly headers: { readonly authorization: string };
}

export interface MailboxDaemon extends BenchDaemon {
  readonly members: readonly Member[];
}

/** A daemon with so many mailboxes. */
export async function mailboxDaemon(count: number): Promise<MailboxDaemon> {
  const keys = Array.from({ length: count }, (_, n) => `bench-key-of-member-${n}`);
  const daemon = await startBenchDaemon({ config, env: { TRUSTED_API_KEYS: keys.join(",") } });
  const members: Member[] = [];
  const rest = keys.entries();
  const some = async () => {
    for (const [n, key] of rest) members[n] = await join(daemon, `member-${n}`, key);
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, some));
  } catch (error) {
    await daemon[Symbol.asyncDispose]();
    throw error;
  }
  return Object.assign(daemon, { members });
}

/** People who register at a time. */
const AT_ONCE = 8;

async function join({ url }: BenchDaemon, username: string, key: string): Promise<Member> {
  const named = await post(`${url}/api/v1/mailbox/register`, { username, display_name: username }, key);
  const password = named["web_password"]!;
  const login = await post(`${url}/api/v1/mailbox/login`, { password });
  return { username, password, headers: { authorization: `Bearer ${login["session_token"]}` } };
}

/** Posts JSON. @throws Error with the answer when it is no 200 */
export async function post(url: string, body: object, authorization?: string): Promise<Record<string, string>> {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...(authorization && { authorization }) },
    body: JSON.stringify(body),
  });
  if (answer.status !== 200) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as Record<string, string>;
}
