import { type Logger, messageOf } from "hearth";
import type { Letterbox } from "hearth-plugins/letterbox";
import type { Accounts } from "./accounts";
import type { Letter } from "./contract";
import { deliveredAs, type Letters } from "./letters";
import type { Threads } from "./threads";

export interface Adopting {
  readonly accounts: Accounts;
  readonly threads: Threads;
  readonly letters: Letters;
  readonly letterbox: Letterbox;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** Hands in what lies in the threads after the agent's last letter: what came before a crash could be told, or from another system. Known letters are left alone. */
export async function adoptUnanswered(all: Adopting): Promise<void> {
  for (const { username } of all.accounts.list()) {
    if (all.signal.aborted) return;
    await adoptFrom(all, username).catch(error =>
      all.log.warn("a thread could not be read", { username, error: messageOf(error) }),
    );
  }
}

async function adoptFrom({ accounts, threads, letters, letterbox }: Adopting, username: string): Promise<void> {
  const index = await threads.index(username);
  const account = accounts.find(username);
  if (!account) return;
  for (const { entry, letter } of await threads.read(username, index.unanswered())) {
    const { attachment } = letter as Partial<Letter>;
    const place = deliveredAs(username, { id: letter.id, ...(attachment?.filename && { attachment }) });
    letterbox.adopt(letters.message(account, letter.body), place, new Date(`${entry.moment}Z`));
  }
}
