import type { Provenance } from "../contract";
import { readConversation } from "./conversation-parts";
import { cut } from "./cut";
import type { Days } from "./day-of";
import type { FoundFile } from "./home-files";
import type { Measure } from "./measure";
import type { Part } from "./part";
import { readProse } from "./prose-parts";
import { readRecords } from "./record-parts";

/** A passage as its file says it, before it is known whose it is. */
export interface Draft {
  readonly id: string;
  readonly line: number;
  readonly lastLine: number;
  readonly title: string;
  /** What is embedded before its text, and found with it: the title, if somebody gave it, and the headings above. */
  readonly heading: string;
  readonly date: string | null;
  readonly text: string;
  /** Who wrote it, if the file says so. */
  readonly who?: Provenance["who"];
  readonly name?: string;
}

export interface Drafts {
  readonly drafts: readonly Draft[];
  /** What was skipped, for people. */
  readonly notes: readonly string[];
}

/** What the passages of a file are made with. */
export interface Making {
  readonly measure: Measure;
  readonly days: Days;
  /** In small letters. */
  readonly agentNames: readonly string[];
  /** Hashes of the file's records that are of the person whom they name; absent: all are. */
  readonly vouched?: ReadonlySet<string>;
}

/** Passages of a file at the most. */
const MOST = 5000;
/** Of the window: what a title and headings may take. */
const HEADING = 0.25;

/** Reads a file's bytes and cuts them into passages. Never throws for what is in them. */
export function draftsOf(bytes: Uint8Array, file: FoundFile, making: Making): Drafts {
  if (bytes.includes(0)) return { drafts: [], notes: ["is not text"] };
  const text = new TextDecoder().decode(bytes).replace(/\r\n?/g, "\n");
  const { parts, notes } = readers[file.source.format](text, file, making);
  const drafts: Draft[] = [];
  for (const part of parts) {
    if (!/\S/.test(part.text.slice(part.from, part.to))) continue;
    const { cuts, whole } = cutPart(part, MOST - drafts.length, making.measure);
    drafts.push(...cuts);
    if (!whole) return { drafts, notes: [...notes, `has more than ${MOST} passages: the rest is not remembered`] };
  }
  return { drafts, notes };
}

const readers = { prose: readProse, conversation: readConversation, records: readRecords };

function cutPart(
  part: Part,
  most: number,
  measure: Measure,
): { readonly cuts: readonly Draft[]; readonly whole: boolean } {
  const headings = new Headings(part.named ? part.title : undefined, measure);
  const roomUnder = (above: readonly string[]) => headings.over(above).room;
  const { cuts, whole } = cut(part.text, part, { measure, roomUnder, most });
  return { whole, cuts: cuts.map(({ from, to, above }) => draftOf(part, from, to, headings.over(above).heading)) };
}

function draftOf({ text: all, lines, title, date, who, name }: Part, from: number, to: number, heading: string): Draft {
  const text = all.slice(from, to);
  const id = new Bun.CryptoHasher("sha256").update(text).digest("hex").slice(0, 16);
  const facts = { id, ...lines(from, to), title, heading, date, text };
  return { ...facts, ...(who && { who }), ...(name && { name }) };
}

/** What stands over the passages of a part, on one line. */
class Headings {
  readonly #known = new Map<string, { readonly heading: string; readonly room: number }>();

  constructor(
    readonly title: string | undefined,
    readonly measure: Measure,
  ) {}

  /** Title and headings, each once, as much of them as may be; and the tokens that they leave to a text. */
  over(above: readonly string[]): { readonly heading: string; readonly room: number } {
    const key = above.join("\n");
    const known = this.#known.get(key) ?? this.#made(above);
    this.#known.set(key, known);
    return known;
  }

  #made(above: readonly string[]): { readonly heading: string; readonly room: number } {
    const { room } = this.measure;
    const words = [...new Set([...(this.title ? [this.title] : []), ...above])].join(" / ").split(/\s+/, 100);
    let heading = words.join(" ");
    while (this.measure.tokens(heading) > room * HEADING) {
      words.pop();
      heading = words.join(" ");
    }
    return { heading, room: room - this.measure.tokens(heading) };
  }
}
