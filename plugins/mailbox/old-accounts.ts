import { readJson } from "hearth";
import { z } from "zod";
import { DisplayName } from "./display-name";
import { momentOf } from "./moment";
import { Username } from "./usernames";

/** An account of the original, as its file has it. */
export interface OldAccount {
  /** In plain text. */
  readonly key: string;
  /** Where it is in the file, from 1; 0 when that cannot be told. */
  readonly line: number;
  readonly username: string;
  readonly displayName: string;
  readonly passwordHash: string;
  readonly registeredAt: Date;
  readonly sessions: readonly { readonly tokenHash: string; readonly expires: Date }[];
}

const Time = z.string().transform((text, { addIssue }) => {
  const moment = momentOf(text);
  if (moment === undefined) addIssue({ code: "custom", message: "is no time" });
  return new Date(`${moment}Z`);
});

/** bcrypt, of a cost that can be verified while somebody waits. */
const bcrypt = /^\$2[aby]\$(0[4-9]|1[0-4])\$[./A-Za-z0-9]{53}$/;

const Entry = z.object({
  username: Username,
  display_name: DisplayName,
  web_password_hash: z.string().regex(bcrypt, { error: "is no bcrypt hash of a cost up to 14" }),
  registered: Time,
  sessions: z.record(z.string().regex(/^[0-9a-f]{64}$/), z.object({ expires: Time })).default({}),
});

/** Reads the text of the original's accounts file, whole or not at all. @throws Error that says what is wrong and on which line, and names no key */
export function readOldAccounts(text: string): OldAccount[] {
  const accounts = Object.entries(objectIn(text)).map(([key, entry]) => accountOf(text, key, entry));
  const names = new Map<string, OldAccount>();
  for (const account of accounts) {
    const other = names.get(account.username);
    if (other) throw faultAt(account.line, `the username ${account.username} is on line ${other.line} too`);
    names.set(account.username, account);
  }
  return accounts;
}

function objectIn(text: string): object {
  const value = readJson(text);
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw faultAt(1, "the accounts are no JSON object");
  return value;
}

function accountOf(text: string, key: string, entry: unknown): OldAccount {
  const lines = linesOf(text, key);
  const line = lines[0] ?? 0;
  if (key.trim() === "") throw faultAt(line, "an account has an empty key");
  if (lines.length > 1) throw faultAt(lines[1]!, `the key of this account is on line ${line} too`);
  const read = Entry.safeParse(entry);
  if (!read.success) throw faultAt(line, complaintOf(entry, read.error));
  const { username, display_name, web_password_hash, registered, sessions } = read.data;
  return {
    key,
    line,
    username,
    displayName: display_name,
    passwordHash: web_password_hash,
    registeredAt: registered,
    sessions: Object.entries(sessions).map(([tokenHash, { expires }]) => ({ tokenHash, expires })),
  };
}

function complaintOf(entry: unknown, { issues }: z.ZodError): string {
  const { username } = (entry ?? {}) as { username?: unknown };
  const whose =
    typeof username === "string" ? `the account of ${JSON.stringify(username)}` : "the account that begins here";
  const field = issues[0]!.path[0];
  return `${whose}${field === undefined ? "" : `, ${String(field)}`}: ${issues[0]!.message}`;
}

/** The lines on which a text is a key of an object. */
function linesOf(text: string, key: string): number[] {
  const quoted = JSON.stringify(key);
  const lines: number[] = [];
  for (let at = text.indexOf(quoted); at >= 0; at = text.indexOf(quoted, at + quoted.length))
    if (/^\s*:/.test(text.slice(at + quoted.length, at + quoted.length + 40)))
      lines.push(text.slice(0, at).split("\n").length);
  return lines;
}

const faultAt = (line: number, what: string) => new Error(line > 0 ? `line ${line}: ${what}` : what);
