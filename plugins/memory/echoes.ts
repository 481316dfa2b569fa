import { type HomeFolder, onOneLine } from "hearth";
import type { Source } from "hearth-plugins/sessions";
import { audienceFor } from "./audience";
import type { Memory, MemoryHit } from "./contract";
import { type EchoQuery, echoQuery } from "./echo-query";

export interface EchoSettings {
  /** Quotes at the most. */
  readonly count: number;
  /** Characters of a quote at the most. */
  readonly length: number;
  /** Cosine at the least. */
  readonly least: number;
  /** Characters of the section at the most. */
  readonly budget: number;
  /** Seconds that a wake waits for it. */
  readonly seconds: number;
}

/** Hits that are asked for beside those that are shown: some are in the prompt anyway. */
const SPARE = 8;
/** Words of the question that a passage has to hold, when nothing is known of its likeness. */
const WORDS = 2;

/** Of a passage: so much of it was asked word for word that it says nothing more. */
const SAME = 0.7;

const FRAME =
  "Passages of earlier days that what is before you called up. They are in your files already: let them speak, and leave them where they are instead of writing them down again.";

/** The section `echoes` of a prompt: what the agent wrote, or was told, that has to do with what it wakes for. */
export const echoSource = (home: HomeFolder, memory: Memory, settings: EchoSettings): Source => ({
  id: "echoes",
  budget: settings.budget,
  limit: settings.seconds,
  async read(wake, _, note) {
    const query = settings.count > 0 ? await echoQuery(home, wake) : undefined;
    if (!query) return undefined;
    const answer = await memory.search({
      text: query.text,
      audience: audienceFor(wake),
      limit: settings.count + SPARE,
    });
    if (answer.note) note(answer.note);
    const hits = answer.hits.filter(hit => speaks(hit, query, settings.least)).slice(0, settings.count);
    if (hits.length === 0) return undefined;
    if (!wake.dryRun)
      memory.reminded(
        wake.session,
        hits.map(({ id }) => id),
      );
    return [FRAME, ...hits.map(hit => quote(hit, settings.length))].join("\n\n");
  },
});

/** Asks what the next wake will ask if nobody says anything until then, so that the vector of it is there already. */
export async function lookAhead(home: HomeFolder, memory: Memory): Promise<void> {
  const query = await echoQuery(home, { messages: [] });
  if (query) await memory.search({ text: query.text, audience: "public", limit: 1 });
}

/** Whether a passage says something that the prompt does not say anyway. */
function speaks(
  { path, similarity, words, text }: MemoryHit,
  { text: asked, shown }: EchoQuery,
  least: number,
): boolean {
  if (shown.includes(path) || isSaidIn(asked, text)) return false;
  return similarity === null ? words.length >= WORDS : similarity >= least;
}

/** Whether a passage is hardly more than what was asked, as a letter that is remembered before it is answered. */
function isSaidIn(asked: string, text: string): boolean {
  const [question, passage] = [onOneLine(asked), onOneLine(text)];
  return question.includes(passage) || (passage.includes(question) && question.length >= SAME * passage.length);
}

function quote({ text, path, line, date, provenance }: MemoryHit, length: number): string {
  const characters = [...onOneLine(text)];
  const cut =
    characters.length > length
      ? `${characters
          .slice(0, length - 1)
          .join("")
          .trimEnd()}…`
      : characters.join("");
  return `> ${cut}\n> (${onOneLine(path)}, line ${line}, ${date ?? "without a date"}${writer(provenance)})`;
}

/** Says of what a visitor wrote that it is not the agent's own. */
const writer = ({ who, name }: MemoryHit["provenance"]): string =>
  who === "visitor" ? `, the words of ${onOneLine(name ?? "a visitor")}, not yours` : "";

/** Text from files, which may hold anything, as a part of one line. */
