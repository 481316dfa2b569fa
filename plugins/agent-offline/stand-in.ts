import { join } from "node:path";
import { HomeFolder, messageOf } from "hearth";
import type { AgentRequest } from "hearth-plugins/sessions";
import { lineOf, nextPrompt } from "./next-prompt";
import type { Work } from "./paced";
import { readPrompts } from "./prompt-reading";
import { freeThought, writeNew } from "./thought-file";
import { lastWords, promptWord, type Situation, thoughtText } from "./words";

const PROMPT = "prompt/prompt.md";

/** One run of the stand-in: what it does, in order, as the events of an agent. */
export class StandIn {
  readonly #home: HomeFolder;
  readonly #written: string[] = [];
  #turnsLeft: number;

  /** @param today YYYY-MM-DD, for prompts that name no date */
  constructor(
    readonly request: AgentRequest,
    readonly today: string,
  ) {
    this.#home = new HomeFolder(request.cwd);
    // The last turn is for the last words.
    this.#turnsLeft = request.maxTurns - 1;
  }

  async *run(): Work {
    const { systemPrompt, userPrompt, resume } = this.request;
    yield { type: "start", agentSession: resume ?? crypto.randomUUID(), model: "offline" };
    yield { type: "text", text: "I am awake. Let me see what was left for me." };
    const reading = readPrompts(systemPrompt, userPrompt);
    const lastLine = yield* this.#readLast();
    const situation = { reading, date: reading.date ?? this.today, type: reading.type ?? "session", lastLine };
    const thought = reading.wantsNoFiles ? undefined : yield* this.#writeThought(situation);
    if (reading.asksForPrompt) yield* this.#writePrompt(situation, thought);
    const text = lastWords(situation, this.#written);
    yield { type: "text", text };
    return text;
  }

  /** Whether it may use a tool, and has a turn left for it. */
  #may(tool: string): boolean {
    const { tools } = this.request;
    return (tools.includes("*") || tools.includes(tool)) && this.#turnsLeft-- > 0;
  }

  async *#readLast() {
    if (!this.#may("Read")) return "";
    const input = { file_path: join(this.request.cwd, PROMPT) };
    const text = yield* this.#use("Read", input, async () => (await this.#home.read(PROMPT))?.text ?? "");
    return lineOf(text);
  }

  async *#writeThought(situation: Situation) {
    if (!this.#may("Write")) return;
    yield { type: "text", text: "I write down that I was here." } as const;
    const path = await freeThought(this.#home, situation.date, situation.type);
    const content = thoughtText(situation);
    yield* this.#write(path, content, async () => writeNew(await this.#home.resolve(path), content));
    return path;
  }

  async *#writePrompt(situation: Situation, thought: string | undefined) {
    if (!this.#may("Write")) return;
    const earlier = await this.#home.read(PROMPT);
    if (earlier?.damaged) {
      yield { type: "notice", text: `${PROMPT} holds bytes that are not UTF-8; it is left as it is` } as const;
      return;
    }
    const content = nextPrompt(earlier?.text ?? "", promptWord(situation, thought));
    yield* this.#write(PROMPT, content, () => this.#home.write(PROMPT, content));
  }

  async *#write(path: string, content: string, write: () => Promise<void>) {
    const input = { file_path: join(this.request.cwd, path), content };
    yield* this.#use("Write", input, async () => {
      await write();
      this.#written.push(path);
      return `File created successfully at: ${input.file_path}`;
    });
  }

  /** A tool's two events around its work; what the work throws is told in the second, and thrown on. */
  async *#use(name: string, input: unknown, work: () => Promise<string>) {
    const id = `offline_${crypto.randomUUID()}`;
    yield { type: "tool", id, name, input } as const;
    try {
      const content = await work();
      yield { type: "tool_result", id, content, isError: false } as const;
      return content;
    } catch (error) {
      yield { type: "tool_result", id, content: messageOf(error), isError: true } as const;
      throw error;
    }
  }
}
