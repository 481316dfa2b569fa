import { z } from "zod";

/** A name is a folder, too, and "images" is where older set-ups keep everybody's pictures. */
const isName = (text: string) => /^\p{L}[\p{L}\p{N}_-]{0,39}$/u.test(text) && text.toLowerCase() !== "images";

const UserId = z
  .int("a user id is a whole number")
  .positive("a user id is above zero; one below is a group, and groups are not let in");

const Seconds = z.number().positive();

export const settings = z.strictObject({
  token: z
    .string()
    .regex(/^\d+:[\w-]+$/, "a bot's token is a number, a colon, and letters: as @BotFather gave it")
    .optional()
    .describe("The bot's token; without one the plugin rests"),
  people: z
    .record(z.string(), UserId)
    .superRefine((people, { addIssue }) => {
      for (const name of Object.keys(people))
        if (!isName(name))
          addIssue({
            code: "custom",
            path: [name],
            message: "a name is a letter, then letters, digits, _ and -, 40 in all; not images",
          });
    })
    .default({})
    .describe("Who may write to the agent: the name that it calls them, and their user id at Telegram"),
  owner: z
    .union([z.int(), z.string().min(1)])
    .optional()
    .describe(
      "Whom the agent's tool message_owner reaches: a name of `people`, or a user id, which is let in by that; the first of `people` when left out",
    ),
  apiRoot: z.url().default("https://api.telegram.org").describe("Where the Bot API is served"),
  pollSeconds: z.int().min(1).max(50).default(30).describe("Seconds that a request for updates waits for one"),
  webhookUrl: z
    .url({ protocol: /^https$/ })
    .optional()
    .describe("Where Telegram reaches this house's /api/v1/telegram/webhook; it is asked for updates when left out"),
  albumQuiet: Seconds.default(1.5).describe("Seconds without a further picture after which an album is complete"),
  talkIdle: Seconds.default(1800).describe("Seconds of quiet after which a talk is closed"),
  typing: Seconds.default(4).describe("Seconds between two signs that the agent is writing"),
  attempts: z.int().positive().default(12).describe("How often a message is sent at the most before it counts as dead"),
});
export type Settings = z.output<typeof settings>;

/** Reads "ada:12345,bo:67890". What is no number is left for the schema to refuse. */
export function readPeople(text: string): Record<string, unknown> {
  const pairs = text.split(",").map(pair => pair.trim().split(":"));
  return Object.fromEntries(
    pairs
      .filter(([name]) => name)
      .map(([name = "", id = ""]) => [name.trim(), /^-?\d+$/.test(id.trim()) ? Number(id) : id]),
  );
}
