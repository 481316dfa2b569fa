import type { z } from "zod";
import type { Description } from "./home-shapes";
import type { HomeTexts } from "./home-texts";

/** The kinds of page that the agent describes. */
export const described = ["scores", "letters", "essays"] as const;

/** What the agent says of a kind of page, trimmed, front matter and all; empty when it says nothing. */
export async function description(
  texts: HomeTexts,
  kind: (typeof described)[number],
): Promise<z.output<typeof Description>> {
  const name = `${kind}-description`;
  const found = await texts.text(name, `${name}.md`);
  return { content: found?.text.trim() ?? "" };
}
