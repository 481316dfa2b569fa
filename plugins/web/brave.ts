import { jsonValue, messageOf } from "hearth";
import { ToolRefusal } from "hearth-plugins/tools";
import { z } from "zod";

/** One thing that a search found. */
export interface Hit {
  readonly title: string;
  readonly url: string;
  readonly description: string;
}

/** How the API is asked. */
export interface SearchTerms {
  readonly key: string;
  /** Where the API is. */
  readonly url: string;
}

/** Seconds that a search may take. */
const SECONDS = 10;

const Found = z.object({
  web: z
    .object({
      results: z.array(
        z
          .object({ title: z.string().catch(""), url: z.string(), description: z.string().catch("") })
          .catch({ title: "", url: "", description: "" }),
      ),
    })
    .optional(),
});

/** Asks the Brave Search API. @throws ToolRefusal when it has no time for us, else Error */
export async function search(query: string, count: number, terms: SearchTerms, signal: AbortSignal): Promise<Hit[]> {
  const late = AbortSignal.timeout(SECONDS * 1000);
  const answer = await ask(query, count, terms, AbortSignal.any([signal, late])).catch(error => {
    if (late.aborted) throw new ToolRefusal(`the search took longer than ${SECONDS} seconds; try again later`);
    throw new ToolRefusal(`the search cannot be reached: ${(error as { code?: string }).code ?? messageOf(error)}`);
  });
  if (answer.status === 429)
    throw new ToolRefusal("the search has no more answers for us at the moment; try again later");
  if (answer.status === 422 || answer.status === 400)
    throw new ToolRefusal("the search does not understand that query");
  if (answer.status !== 200) throw new Error(`the search API answers with the status ${answer.status}`);
  const read = Found.safeParse(answer.body);
  if (!read.success) throw new Error("the search API answers in another form than it did");
  return (read.data.web?.results ?? []).filter(({ url }) => url !== "").map(plainHit);
}

async function ask(
  query: string,
  count: number,
  { key, url }: SearchTerms,
  signal: AbortSignal,
): Promise<{ status: number; body: unknown }> {
  const address = new URL("/res/v1/web/search", url);
  address.search = new URLSearchParams({ q: query, count: String(count) }).toString();
  const headers = { accept: "application/json", "x-subscription-token": key };
  const response = await fetch(address, { headers, signal, redirect: "error" }); // a redirect would carry the key elsewhere
  const text = await response.text();
  return { status: response.status, body: response.ok ? jsonValue(text) : undefined };
}

const plainHit = ({ title, url, description }: Hit): Hit => ({
  title: plain(title),
  url,
  description: plain(description),
});

const entities: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  "#39": "'",
  "#x27": "'",
  nbsp: " ",
};

/** The marks that the API puts around the words that were found, gone. */
const plain = (text: string): string =>
  text
    .replace(/<\/?[a-z][^>]{0,200}>/gi, "")
    .replace(/&(amp|lt|gt|quot|#39|#x27|nbsp);/g, (_, name: string) => entities[name]!)
    .replace(/\s+/g, " ")
    .trim();
