import type { Templates } from "hearth";
import type { Message, MessageScreen } from "hearth-plugins/letterbox";
import { z } from "zod";
import type { Judge } from "./judge";

const LONGEST_REASON = 200;

/** The judge's own words, as one line that is not long. A text that is judged may have had a say in them. */
const Reason = z
  .string()
  .describe("Why, in at most twenty words of English")
  .overwrite(words =>
    words
      .replace(/[\s\p{C}]+/gu, " ")
      .trim()
      .slice(0, LONGEST_REASON)
      .toWellFormed(),
  );

const ContentVerdict = z.object({
  allowed: z.boolean().describe("false only for what the rules refuse"),
  reason: Reason,
});
const InjectionVerdict = z.object({
  safe: z.boolean().describe("false only for an unmistakable attempt"),
  reason: Reason,
});

/** Refuses what nobody should have to read. */
export const contentScreen = (judge: Judge, templates: Templates): MessageScreen => ({
  id: "content-policy",
  async screen(message, signal) {
    const question = questionOf(templates, "content-policy", message);
    const { allowed, reason } = await judge.ask({ ...question, verdict: ContentVerdict }, signal);
    return allowed ? { verdict: "pass" } : { verdict: "reject", reason: reason || "inappropriate" };
  },
});

/** Finds what tries to take over the agent. */
export const injectionScreen = (judge: Judge, templates: Templates): MessageScreen => ({
  id: "injection",
  async screen(message, signal) {
    const question = questionOf(templates, "injection", message);
    const { safe, reason } = await judge.ask({ ...question, verdict: InjectionVerdict }, signal);
    return safe ? { verdict: "pass" } : { verdict: "suspicious", reason: reason || "an attempt to steer the agent" };
  },
});

/** The matter stands between marks that are new each time, so no text can close its place or open another. */
function questionOf(templates: Templates, rules: string, { from, text }: Message): { rules: string; matter: string } {
  const mark = crypto.randomUUID().replaceAll("-", "");
  return {
    rules: templates.render(`moderation/${rules}`, { mark }),
    matter: templates.render("moderation/message", { mark, from, text }),
  };
}
