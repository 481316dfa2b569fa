import { messageOf } from "hearth";
import { type Author, commitStaged } from "./commit";
import type { Git } from "./git";
import { push } from "./push";
import { refuseUnfit } from "./refuse";
import { currentBranch, openRepository } from "./repository";
import { stagePaths } from "./stage";
import { countStaged } from "./staged";

/** What is committed, how and where to. */
export interface Terms {
  readonly init: boolean;
  /** Relative to the home. */
  readonly paths: readonly string[];
  readonly subject: string;
  /** Last lines of the message; "" for none. */
  readonly trailer: string;
  readonly author: Author;
  /** A remote's name or address; "" for none. */
  readonly remote: string;
  readonly pushSeconds: number;
  /** Values that must not be committed. */
  readonly secrets: readonly string[];
  /** Bytes of one file. */
  readonly largest: number;
}

/**
 * Commits what a session made, and pushes. Everything that can be done is done before anything is complained of.
 * @returns a note for people
 * @throws Error that says what was done and what was not: a path that could not be added, a file that was refused, a push that failed
 */
export async function saveSession(git: Git, terms: Terms): Promise<string> {
  const done: string[] = [];
  const wrong: string[] = [];
  const opened = await openRepository(git, terms.init);
  if (opened) done.push(opened);
  const branch = await currentBranch(git);
  wrong.push(...(await stagePaths(git, terms.paths)));
  wrong.push(...(await refuseUnfit(git, terms.secrets, terms.largest)));
  done.push(await commit(git, terms));
  const pushed = await push(git, terms.remote, branch, terms.pushSeconds).catch(error => {
    wrong.push(messageOf(error));
  });
  if (pushed) done.push(pushed);
  if (wrong.length > 0) throw new Error([...wrong, ...done].join("; "));
  return done.join("; ");
}

async function commit(git: Git, { subject, trailer, author }: Terms): Promise<string> {
  const count = await countStaged(git);
  if (count === 0) return "nothing to commit";
  const id = await commitStaged(git, subject, trailer, author);
  return `committed ${count} ${count === 1 ? "file" : "files"} as ${id}`;
}
