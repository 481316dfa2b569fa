/** What a person can ask of the house itself, not of the agent. */
export type ChatCommand =
  | { readonly name: "help" | "status" | "end-talk" }
  | { readonly name: "talk" /** What is said with it; "" for nothing. */; readonly text: string };

/**
 * Reads a command: "/talk", "/talk@the_bot", "/talk how are you". Nothing for all other texts, and for a command to another bot.
 * @param bot the bot's own name, when it is known
 */
export function readCommand(text: string, bot: string | undefined): ChatCommand | undefined {
  const found = /^\/([a-z_-]+)(?:@(\w+))?(?:\s+([\s\S]*))?$/i.exec(text.trim());
  if (!found) return;
  const [, word = "", to, rest = ""] = found;
  if (to && bot && to.toLowerCase() !== bot.toLowerCase()) return;
  switch (word.toLowerCase()) {
    case "start":
    case "help":
      return { name: "help" };
    case "status":
      return { name: "status" };
    case "talk":
      return { name: "talk", text: rest.trim() };
    case "end-talk":
    case "end_talk":
    case "endtalk":
      return { name: "end-talk" };
  }
}
