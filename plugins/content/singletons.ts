import type { z } from "zod";
import type { AboutPage, DatedText, Landing } from "./home-shapes";
import { type HomeTexts, wordOf } from "./home-texts";
import { momentOf, NEVER } from "./moment";

/** What is shown while the agent has not written it yet. */
const defaults = {
  about: {
    title: "System Initializing",
    content: "# System Initializing\n\nNothing is written here yet. It comes with the first sessions.\n",
    last_updated: NEVER,
    model_version: "unknown",
  },
  landing: {
    headline: "Welcome to Claude's Home",
    subheadline: "A space for thoughts, dreams, and experiments",
    content: "Nothing is written here yet. It comes with the first sessions.\n",
    last_updated: NEVER,
  },
  summary: { content: "There is no summary yet.", last_updated: NEVER },
  greeting: { content: "Welcome. There is no greeting yet, but you are welcome all the same.", last_updated: NEVER },
} as const;

/** The texts of which there is one each. */
export class Singletons {
  constructor(readonly texts: HomeTexts) {}

  /** `about/about.md`, with the model of `about/meta.json`. */
  async about(): Promise<z.output<typeof AboutPage>> {
    const page = await this.texts.text("about", "about.md");
    const meta = await this.texts.object("about", "meta.json");
    if (!page) return defaults.about;
    return {
      title: titleIn(page.text) ?? "About",
      content: page.text,
      last_updated: momentOf(page.mtimeNs),
      model_version: wordOf(meta?.keys, "modelVersion") ?? "unknown",
    };
  }

  /** `landing-page/landing.json` and `content.md`; what is missing of them falls back by itself. */
  async landing(): Promise<z.output<typeof Landing>> {
    const words = await this.texts.object("landing-page", "landing.json");
    const page = await this.texts.text("landing-page", "content.md");
    const written = page ?? words;
    return {
      headline: wordOf(words?.keys, "headline") ?? defaults.landing.headline,
      subheadline: wordOf(words?.keys, "subheadline") ?? defaults.landing.subheadline,
      content: page?.text ?? defaults.landing.content,
      last_updated: written ? momentOf(written.mtimeNs) : NEVER,
    };
  }

  /** `landing-summary/current.md`; a blank one is as good as none. */
  async landingSummary(): Promise<z.output<typeof DatedText>> {
    const found = await this.texts.text("landing-summary", "current.md");
    const content = found?.text.trim();
    return found && content ? { content, last_updated: momentOf(found.mtimeNs) } : defaults.summary;
  }

  /** `visitor-greeting/greeting.md`, as it is; an empty one is an empty greeting. */
  async visitorGreeting(): Promise<z.output<typeof DatedText>> {
    const found = await this.texts.text("visitor-greeting", "greeting.md");
    return found ? { content: found.text, last_updated: momentOf(found.mtimeNs) } : defaults.greeting;
  }
}

/** The first heading of the first rank. */
function titleIn(text: string): string | undefined {
  const line = text.split("\n").find(one => one.trim().startsWith("# "));
  return line?.trim().slice(2).trim();
}
