import { z } from "zod";

/** What a kind of session is, as the config file may say it; what is left out comes from the defaults. */
export const SessionTypeSettings = z.strictObject({
  template: z.string().optional().describe("The template of the user prompt, under prompts/"),
  agent: z.string().optional().describe("The agent that runs it; the plugin's own setting when left out"),
  model: z.string().optional().describe("The model; the agent's own default when left out"),
  maxTurns: z.int().positive().optional().describe("How many turns the agent may take"),
  wallClock: z.number().positive().optional().describe("Seconds until it is ended, whatever it does"),
  idle: z.number().positive().optional().describe("Seconds without a sign of life until it is ended"),
  tools: z.array(z.string()).optional().describe('The agent\'s tools; ["*"] for all'),
  closed: z
    .array(z.string().regex(/^[\w.-]+(\/[\w.-]+)*$/))
    .optional()
    .describe("Folders of the home that its agent may neither read nor write"),
  live: z.boolean().optional().describe("Streamed to everyone while it runs; false keeps it private"),
  conversation: z.boolean().optional().describe("Message and answer are kept in conversations/"),
  style: z.enum(["scheduled", "unscheduled", "self"]).optional().describe("How the system prompt opens"),
  keepsPrompt: z.boolean().optional().describe("It may leave a new prompt.md for the next session"),
  urgent: z.boolean().optional().describe("A person waits for it: it goes before those that are not urgent"),
  coalesce: z
    .boolean()
    .optional()
    .describe("Waiting wakes of this type become one session that carries all their messages"),
});
type Given = z.output<typeof SessionTypeSettings>;
type Open = "agent" | "model";

/** What a kind of session is. `agent` and `model` may be left to the defaults of plugin and agent. */
export type SessionType = { readonly [K in Exclude<keyof Given, Open>]-?: Exclude<Given[K], undefined> } & {
  readonly [K in Open]?: string;
};

const everything = ["Read", "Write", "Edit", "Glob", "Grep", "Bash"];
/** For sessions that read what strangers wrote: no shell, no network. */
const onlyFiles = ["Read", "Write", "Edit", "Glob", "Grep"];

/** Where what people wrote in private lies: closed to a session that a stranger talks with while everyone watches. */
const lettersOfOthers = ["mailbox", "telegram", "conversations", "transcripts", "logs", "moderation"];

const base: SessionType = {
  template: "wake-custom",
  maxTurns: 50,
  wallClock: 3600,
  idle: 600,
  tools: everything,
  closed: [],
  live: true,
  conversation: false,
  style: "unscheduled",
  keepsPrompt: false,
  urgent: false,
  coalesce: true,
};
const scheduled: SessionType = { ...base, template: "wake-scheduled", style: "scheduled", keepsPrompt: true };
const letter: SessionType = { ...base, tools: onlyFiles, live: false, conversation: true, urgent: true };
const talk: SessionType = {
  ...base,
  template: "wake-talk",
  tools: onlyFiles,
  live: false,
  urgent: true,
  coalesce: false,
};

/** The fifteen types that every Hearth has. */
export const defaultTypes: Readonly<Record<string, SessionType>> = {
  midnight: scheduled,
  late_night: scheduled,
  morning: scheduled,
  midmorning: scheduled,
  noon: scheduled,
  afternoon: scheduled,
  dusk: scheduled,
  evening: scheduled,
  visit: { ...letter, template: "wake-visit", live: true, closed: lettersOfOthers },
  telegram: { ...letter, template: "wake-telegram" },
  correspondence: { ...letter, template: "wake-correspondence" },
  self: { ...base, template: "wake-self", conversation: true, style: "self", keepsPrompt: true, coalesce: false },
  custom: { ...base, conversation: true, coalesce: false },
  talk,
  telegram_talk_open: talk,
};

/** A type that the config file does not know any more, for the sessions that it had: nothing of them is shown or kept. */
export const forgottenType: SessionType = { ...base, live: false };

/** The defaults with what the config file changes and adds. */
export function sessionTypes(given: Readonly<Record<string, Given>>): Readonly<Record<string, SessionType>> {
  const types: Record<string, SessionType> = { ...defaultTypes };
  for (const [name, changes] of Object.entries(given)) types[name] = { ...(types[name] ?? base), ...defined(changes) };
  return types;
}

/** The keys of an object that have a value. */
const defined = <T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as never;
