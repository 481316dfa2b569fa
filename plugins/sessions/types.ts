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
  agentTools: z
    .array(z.string().regex(/^[a-z][a-z0-9_]*$/))
    .optional()
    .describe(
      'Tools of the house for its agent, by name or by effect: "read", "self" and "out" stand for all of theirs',
    ),
  maxUsd: z
    .union([z.literal(false), z.number().positive()], { error: "an amount of US dollars above zero, or false" })
    .optional()
    .describe(
      "US dollars for one run where no gateway counts: the agent stops itself, after the call that passes it; false for no limit",
    ),
  closed: z
    .array(z.string().regex(/^[\w.-]+(\/[\w.-]+)*$/))
    .optional()
    .describe("Folders of the home that its agent may neither read nor write"),
  readonly: z
    .array(
      z
        .string()
        .regex(/^[\w.-]+(\/[\w.-]+)*(\/\*\*)?$/)
        .refine(path => !path.split("/").some(part => part === "." || part === ".."), {
          error: "a path inside the home, relative to it",
        }),
    )
    .optional()
    .describe('Files, and folders as "memory/**", that its agent may read and not change'),
  live: z.boolean().optional().describe("Streamed to everyone while it runs; false keeps it private"),
  conversation: z.boolean().optional().describe("Message and answer are kept in conversations/"),
  style: z.enum(["scheduled", "unscheduled", "self"]).optional().describe("How the system prompt opens"),
  keepsPrompt: z
    .boolean()
    .optional()
    .describe("It may leave a new prompt.md for the next session; else it may not change it"),
  approvePrompt: z
    .boolean()
    .optional()
    .describe("The prompt.md that it leaves counts when a person has approved it: hearth prompt"),
  urgent: z.boolean().optional().describe("A person waits for it: it goes before those that are not urgent"),
  coalesce: z
    .boolean()
    .optional()
    .describe("Waiting wakes of this type become one session that carries all their messages"),
});
type Given = z.output<typeof SessionTypeSettings>;
type Open = "agent" | "model" | "maxUsd";

/** What a kind of session is. `agent` and `model` may be left to the defaults of plugin and agent. Without `maxUsd`, as where it is false, no agent counts. */
export type SessionType = { readonly [K in Exclude<keyof Given, Open>]-?: Exclude<Given[K], undefined> } & {
  readonly [K in Open]?: Exclude<Given[K], undefined>;
};

const everything = ["Read", "Write", "Edit", "Glob", "Grep", "Bash"];
/** For sessions that read what strangers wrote: no shell, no network. */
const onlyFiles = ["Read", "Write", "Edit", "Glob", "Grep"];

/**
 * Where what people wrote in confidence lies. A session reads what strangers publish, or what people confided, never both: these folders
 * are closed to every type but the talk with whoever holds the house's key, and of whom a session answers, only their own are open.
 */
export const confided = ["mailbox", "telegram", "conversations", "transcripts", "logs", "moderation"];

/**
 * What every session is shown of itself, and what wakes it: its memory, its voice, its inner thread, its impulses, its moods. A session in
 * which others speak changes none of it; else their words would come to all later ones as the agent's own.
 */
export const selfhood = [
  "memory/**",
  "voice.md",
  "inner-thread/**",
  "data/impulses.json",
  "data/compiled-memory.md",
  "data/mood-state.json",
  "data/drift-signals.json",
  "data/mirror-snapshot.json",
  "data/mirror-summary.md",
];

/** What answers only, and only from memory: for sessions in which a stranger may ask for more. */
const knowing = ["memory_search", "resonance_today", "graph_query"];

const base: SessionType = {
  template: "wake-custom",
  maxTurns: 50,
  maxUsd: 10,
  wallClock: 3600,
  idle: 600,
  tools: everything,
  agentTools: ["read", "self", "out"],
  closed: confided,
  readonly: [],
  live: true,
  conversation: false,
  style: "unscheduled",
  keepsPrompt: false,
  approvePrompt: false,
  urgent: false,
  coalesce: true,
};
const scheduled: SessionType = { ...base, template: "wake-scheduled", style: "scheduled", keepsPrompt: true };
const letter: SessionType = {
  ...base,
  tools: onlyFiles,
  agentTools: knowing,
  readonly: selfhood,
  live: false,
  conversation: true,
  urgent: true,
};
const talk: SessionType = {
  ...base,
  template: "wake-talk",
  conversation: true,
  tools: onlyFiles,
  agentTools: knowing,
  closed: [],
  readonly: selfhood,
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
  visit: { ...letter, template: "wake-visit", live: true },
  telegram: { ...letter, template: "wake-telegram", coalesce: false },
  correspondence: { ...letter, template: "wake-correspondence", agentTools: [...knowing, "send_letter"] },
  self: { ...base, template: "wake-self", conversation: true, style: "self", keepsPrompt: true, coalesce: false },
  custom: { ...base, conversation: true, coalesce: false },
  talk,
  telegram_talk_open: { ...talk, closed: confided },
};

/** What a session's agent may read and not change: what its type says, and the next self's letter when it is not to leave one. */
export const readonlyIn = ({ readonly, keepsPrompt }: Pick<SessionType, "readonly" | "keepsPrompt">): string[] => [
  ...(keepsPrompt ? [] : ["prompt/prompt.md"]),
  ...readonly,
];

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
