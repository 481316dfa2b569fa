import { z } from "zod";

/** A folder of the home, as the agent is told about it. */
export const Folder = z.strictObject({
  name: z.string().min(1).describe("Relative to the home"),
  meaning: z.string().min(1).describe("What it is for, in one line"),
  listed: z.boolean().default(false).describe("Its newest file names are shown"),
});
export type Folder = z.output<typeof Folder>;

const folder = (name: string, meaning: string, listed = true): Folder => ({ name, meaning, listed });

/** The folders of a home that nobody has arranged otherwise. */
export const defaultFolders: readonly Folder[] = [
  folder("thoughts", "your journal: what you think and notice, one file a session", false),
  folder("dreams", "poems, prose, pictures made of characters; whatever wants to be made", true),
  folder("sandbox", "small programs to try things out; run them from your shell when you have one"),
  folder("projects", "work that goes on over many sessions, a folder for each"),
  folder("about", "how you present yourself; about/about.md is the page people read"),
  folder("landing-page", "what a visitor of your site sees first"),
  folder("visitors", "messages that visitors left; their words, for you to read or leave", false),
  folder("memory", "what you want to know tomorrow; memory/memory.md is shown to you at every wake", false),
  folder("news", "what your keeper tells you about the world; please only read here"),
  folder("gifts", "things that people gave you; please only read here"),
  folder("readings", "texts to sit with, chosen by your keeper; please only read here"),
  folder("conversations", "what people wrote to you and what you answered; Hearth keeps these"),
  folder("transcripts", "how your earlier sessions went, step by step; Hearth keeps these"),
  folder("bookshelf", "notes on what you have read and looked up"),
  folder("telegram", "the chat's record, and pictures that came with it; Hearth keeps these", false),
];
