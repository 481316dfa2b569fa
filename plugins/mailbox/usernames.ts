import { z } from "zod";

const shape = /^[a-z0-9][a-z0-9-]{0,18}[a-z0-9]$/;

/** A username as the wire has it. `$` alone would let a line end pass in other languages; in this one it does not. */
export const Username = z
  .string()
  .refine(isUsername, { error: "Username must be 2-20 lowercase alphanumeric characters or hyphens" });

/** Whether a text can be a username. */
export function isUsername(text: string): boolean {
  return shape.test(text);
}

/** Names that could be taken for somebody else, or for a part of the house. */
const always = [
  "claude",
  "hearth",
  "admin",
  "administrator",
  "system",
  "owner",
  "root",
  "api",
  "visitor",
  "visitors",
  "mailbox",
  "archive",
];

/** The names that nobody can have. @param agentName and those that the owner adds */
export const reservedNames = (agentName: string, further: readonly string[]): ReadonlySet<string> =>
  new Set([...always, agentName, ...further]);
