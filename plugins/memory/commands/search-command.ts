import { type CommandIo, readArguments, UsageError } from "hearth";
import type { Memory, MemoryCommand, MemoryHit, MemoryQuestion, Passage } from "../contract";
import { questionOf, SearchRequest, typesIn } from "../requests";
import { shownHit } from "../shown";

const options = {
  limit: { type: "string" },
  type: { type: "string", multiple: true },
  person: { type: "string" },
  from: { type: "string" },
  to: { type: "string" },
  mode: { type: "string" },
  all: { type: "boolean" },
  public: { type: "boolean" },
  json: { type: "boolean" },
  full: { type: "boolean" },
  context: { type: "boolean" },
} as const;

/** Characters of a quote that is not asked for in full. */
const QUOTE = 300;
/** Passages before and after a hit that belong to its context. */
const AROUND = 2;

/** How hits are shown. */
interface Shown {
  readonly full: boolean;
  readonly context: boolean;
}

/** `hearth memory search`. @param ready has the text of the home in the index, where nobody keeps it in step */
export const searchCommand = (memory: Memory, ready: () => Promise<unknown>): MemoryCommand => ({
  id: "search",
  usage:
    '"…" [--limit N] [--type T,T] [--person P] [--from DAY] [--to DAY] [--mode hybrid|text|semantic] [--all|--public] [--context] [--full] [--json]',
  summary: "finds passages by words and by meaning; --all also what persons confided, --context what stands around",
  async run(args, io) {
    const { values, positionals } = readArguments({ args: [...args], options, allowPositionals: true });
    const question = read(positionals, values);
    await ready();
    const { hits, mode, note } = await memory.search(question);
    if (values.json)
      return io.print(JSON.stringify({ query: question.text, mode, hits: hits.map(shownHit), note: note ?? null }));
    if (note) io.print(`(${note})`);
    if (hits.length === 0) io.print("nothing was found");
    const shown = { full: values.full ?? false, context: values.context ?? false };
    for (const [index, hit] of hits.entries()) await show(memory, question, { hit, nth: index + 1 }, shown, io);
    return undefined;
  },
});

type Values = ReturnType<typeof readArguments<{ options: typeof options }>>["values"];

function read(
  words: readonly string[],
  { limit, type, person, from, to, mode, all, public: open }: Values,
): MemoryQuestion {
  if (words.length !== 1) throw new UsageError("search takes one question; put one of several words in quotes");
  if (all && open) throw new UsageError("--all and --public cannot both be");
  const audience = all ? "all" : open ? "public" : undefined;
  const asked = { q: words[0], limit, person, from, to, mode, audience, ...(type && { type: typesIn(type) }) };
  const request = SearchRequest.safeParse(asked);
  if (request.success) return questionOf(request.data);
  const { path, message } = request.error.issues[0]!;
  throw new UsageError(`${path[0] === "q" ? "the question" : `--${String(path[0])}`}: ${message}`);
}

async function show(
  memory: Memory,
  { audience }: MemoryQuestion,
  { hit, nth }: { hit: MemoryHit; nth: number },
  { full, context }: Shown,
  io: CommandIo,
): Promise<void> {
  const { path, line, date, type, score, reason, text } = hit;
  io.print(`${String(nth).padStart(2)}. ${score.toFixed(2)}  ${oneLine(path)}:${line}  ${date ?? "no date"}  ${type}`);
  io.print(`    ${reason}`);
  const passages = context ? around(await memory.passages({ audience, paths: [path] }), hit) : [hit];
  for (const passage of passages)
    for (const said of (full ? passage.text : shortened(passage.text)).split("\n"))
      io.print(`    ${context && passage.line === line ? "»" : ">"} ${clean(said)}`);
  if (full || passages.some(passage => passage.text !== text)) io.print("");
}

/** A passage with its neighbours in the file. */
function around(passages: readonly Passage[], { id, line }: MemoryHit): readonly Passage[] {
  const at = passages.findIndex(passage => passage.id === id && passage.line === line);
  return passages.slice(Math.max(0, at - AROUND), at + AROUND + 1);
}

function shortened(text: string): string {
  const characters = [...oneLine(text)];
  return characters.length > QUOTE ? `${characters.slice(0, QUOTE - 1).join("")}…` : characters.join("");
}

const oneLine = (text: string): string => clean(text.replace(/\s+/g, " ").trim());

/** Text from files without what a terminal would obey. */
const clean = (text: string): string => text.replace(/[^\P{Cc}\t]/gu, "\uFFFD");
