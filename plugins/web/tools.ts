import { boundedText, type Turns } from "hearth";
import { type AgentTool, agentTool, ToolRefusal } from "hearth-plugins/tools";
import { z } from "zod";
import { type Hit, type SearchTerms, search } from "./brave";
import { fenced } from "./fence";
import { fetchPage, type Page, type PageTerms } from "./fetch-page";
import { partOf } from "./part";
import { readHtml } from "./read-html";
import type { WebLog } from "./web-log";
import type { WebReach } from "./web-reach";

const Search = z.strictObject({
  query: boundedText(1, 400).describe("What to look for"),
  count: z.int().min(1).max(20).default(8).describe("How many results"),
});

/** What `web_search` works with. */
export interface SearchHouse {
  readonly terms: SearchTerms;
  readonly log: WebLog;
  /** Calls in one session. */
  readonly perSession: number;
}

/** `web_search` */
export const searchTool = ({ terms, log, perSession }: SearchHouse): AgentTool =>
  agentTool({
    name: "web_search",
    description: `Search the web. Answers titles, addresses and short descriptions; web_read reads a page. ${perSession} searches in a session.`,
    input: Search,
    effect: "out",
    perSession,
    limit: 20,
    run: ({ query, count }, { session, signal }) =>
      log.noting({ tool: "web_search", query }, session?.id, async () => {
        const hits = await search(query, count, terms, signal);
        return hits.length === 0 ? "Nothing was found." : fenced(hits.slice(0, count).map(hitLines).join("\n\n"));
      }),
  });

const hitLines = ({ title, url, description }: Hit, index: number): string =>
  [`${index + 1}. ${title}`, `   ${url}`, ...(description ? [`   ${description}`] : [])].join("\n");

const Read = z.strictObject({
  url: boundedText(1, 2000).describe("The page's address, beginning with https://"),
  max_chars: z.int().min(500).max(35_000).default(15_000).describe("Characters of it at the most"),
  from: z
    .int()
    .min(0)
    .max(100_000_000)
    .default(0)
    .describe("The character to begin at: where the answer says that the next part of a long page is"),
});

/** What `web_read` works with. */
export interface ReadHouse {
  readonly reach: WebReach;
  readonly page: PageTerms;
  readonly log: WebLog;
  readonly perSession: number;
  /** Pages that are read side by side. */
  readonly turns: Turns;
}

/** `web_read` */
export const readTool = (house: ReadHouse): AgentTool =>
  agentTool({
    name: "web_read",
    description: `Read a page of the web: its main text, with its links; a long one in parts, each counted as a page, by \`from\`. Only https, only the open internet; no scripts run, nothing can be sent or filled in. ${house.perSession} pages in a session.`,
    input: Read,
    effect: "out",
    perSession: house.perSession,
    limit: house.page.seconds * 2 + 5,
    run: (wanted, { session, signal }) =>
      house.log.noting({ tool: "web_read", url: wanted.url }, session?.id, async () => {
        return house.turns.take(() => read(house, wanted, signal));
      }),
  });

async function read(
  { reach, page: terms }: ReadHouse,
  { url, from, max_chars: most }: z.output<typeof Read>,
  signal: AbortSignal,
): Promise<string> {
  const page = await fetchPage(url, reach, terms, signal);
  const { title, text } = await textOf(page, terms.seconds, signal);
  const head = [`Source: ${page.url}`, ...(title ? [`Title: ${title.slice(0, 300)}`] : [])].join("\n");
  const whole = text.trim();
  const part = partOf(whole, from, most);
  if (part === undefined) throw new ToolRefusal(`the page's text ends before that: it has ${whole.length} characters`);
  return fenced(`${head}\n\n${part || "[the page has no text]"}`);
}

const textOf = ({ isHtml, text, url }: Page, seconds: number, signal: AbortSignal) =>
  isHtml ? readHtml(text, url, seconds, signal) : Promise.resolve({ title: "", text });
