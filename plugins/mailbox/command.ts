import { isAbsolute } from "node:path";
import { type Command, type CommandIo, HearthError, UsageError } from "hearth";
import type { Accounts } from "./accounts";
import { DisplayName } from "./display-name";
import type { Gate } from "./gate";
import type { Logins } from "./logins";
import type { Reception } from "./reception";
import type { TakeOver } from "./take-over";
import type { Threads } from "./threads";
import { isUsername } from "./usernames";

export interface CommandOptions {
  readonly accounts: Accounts;
  readonly threads: Threads;
  readonly gate: Gate;
  readonly logins: Logins;
  readonly reception: Reception;
  readonly takeOver: TakeOver;
  /** Has the letters that wait for an answer lead to a session; a daemon does so at its start, too. */
  readonly adopt: () => Promise<void>;
  readonly reserved: ReadonlySet<string>;
  /** Takes a thread as it stands: whoever a letter names has written it. Answers how many letters there are. */
  readonly believe: (username: string) => Promise<number>;
  /** Answers where the thread lies now. */
  readonly remove: (username: string) => Promise<string | undefined>;
}

type Act = (options: CommandOptions, args: readonly string[], io: CommandIo) => Promise<void>;

/** `hearth mailbox` */
export const mailboxCommand = (options: CommandOptions): Command => ({
  id: "mailbox",
  usage:
    "list | add <username> [display name] | reset <username> | remove <username> | believe <username> | import <accounts.json> [--mailbox <folder>]",
  summary:
    "the mailboxes: who has one, a new one, a new password; believe takes a thread as it stands; import takes over those of the original",
  alone: true,
  async run([verb = "list", ...args], io) {
    const act = Object.hasOwn(acts, verb) ? acts[verb] : undefined;
    if (!act) throw new UsageError(`mailbox knows no "${verb}"`);
    await act(options, args, io);
  },
});

const acts: Readonly<Record<string, Act>> = { list, add, reset, remove, believe, import: takeOver };

async function list({ accounts, threads, gate, logins }: CommandOptions, args: readonly string[], io: CommandIo) {
  if (args.length > 0) throw new UsageError("mailbox list takes nothing more");
  const all = accounts.list();
  if (all.length === 0) io.print("no mailbox yet; `hearth mailbox add <username>` makes one");
  for (const account of all) {
    const { username, displayName, registeredAt } = account;
    const letters = (await threads.index(username)).letters.length;
    const words = [
      username.padEnd(20),
      registeredAt.slice(0, 10),
      `${letters} letters`.padStart(14),
      `${logins.list(username).length} sessions`.padStart(12),
      displayName,
      gate.mayWrite(account) ? "" : "(its key is not trusted any more)",
    ];
    io.print(words.join("  ").trimEnd());
  }
}

async function add({ reception, threads, reserved }: CommandOptions, args: readonly string[], io: CommandIo) {
  const [username, ...words] = args;
  if (username === undefined || !isUsername(username))
    throw new UsageError("a username is 2 to 20 lowercase letters, digits or hyphens");
  if (reserved.has(username)) throw new UsageError(`nobody can have the username ${username}`);
  const name = DisplayName.safeParse(words.join(" ") || username);
  if (!name.success) throw new UsageError(name.error.issues[0]!.message);
  const { letters } = await threads.index(username);
  const { password } = await reception.create({ username, displayName: name.data }, null);
  io.print(`${username} has a mailbox. The password, which is shown this once: ${password}`);
  if (letters.length > 0) io.print(`mailbox/${username} holds ${letters.length} letters already; they are theirs now.`);
}

async function reset({ accounts, reception }: CommandOptions, args: readonly string[], io: CommandIo) {
  const { username } = known(accounts, args, "reset");
  const password = await reception.reset(username);
  io.print(`All sessions of ${username} are over. The new password, which is shown this once: ${password}`);
}

async function remove({ accounts, remove: away }: CommandOptions, args: readonly string[], io: CommandIo) {
  const { username } = known(accounts, args, "remove");
  const place = await away(username);
  io.print(`${username} has no mailbox any more.${place ? ` The letters are in ${place} of the home.` : ""}`);
}

async function believe(
  { accounts, believe: take, adopt }: CommandOptions,
  args: readonly string[],
  io: CommandIo,
): Promise<void> {
  const { username } = known(accounts, args, "believe");
  const letters = await take(username);
  await adopt();
  io.print(`mailbox/${username} is taken as it stands: ${letters} letters, each of whom it names`);
}

async function takeOver({ takeOver: imports, adopt }: CommandOptions, args: readonly string[], io: CommandIo) {
  const [file, flag, mailbox, ...rest] = args;
  const fits = file !== undefined && rest.length === 0 && (flag === undefined || (flag === "--mailbox" && mailbox));
  if (!fits) throw new UsageError("mailbox import takes the accounts file, and after it nothing or --mailbox <folder>");
  for (const path of [file, mailbox])
    if (path !== undefined && !isAbsolute(path))
      throw new UsageError(`"${path}" must be a whole path, as "$PWD/${path}": the daemon does not know this folder`);
  const { accounts, sessions, untrusted, files } = await imports.run(file, mailbox);
  await adopt();
  io.print(`${accounts} accounts and ${sessions} sessions were taken over, ${files} files were copied`);
  if (untrusted.length > 0)
    io.print(`their keys are not trusted here, so these get in when they are: ${untrusted.join(", ")}`);
}

function known(accounts: Accounts, args: readonly string[], verb: string) {
  const [username, ...rest] = args;
  if (username === undefined || rest.length > 0) throw new UsageError(`mailbox ${verb} takes one username`);
  const account = accounts.find(username);
  if (!account)
    throw new HearthError("MISSING", `there is no mailbox of "${username}"; \`hearth mailbox list\` names them`);
  return account;
}
