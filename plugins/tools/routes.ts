import { Elysia } from "elysia";
import { about, type Kept, kept, keptAnswer } from "hearth";
import { isAllowed } from "./allowed";
import type { AgentTool } from "./contract";
import { takenBy } from "./described";
import { LIMIT } from "./desk";
import { ToolList } from "./shapes";

export interface ListOptions {
  /** The same array until they change. */
  readonly tools: () => readonly AgentTool[];
  /** What a person may use. */
  readonly person: readonly string[];
  readonly url: () => string;
}

/** The list of tools. */
export function toolRoutes(options: ListOptions) {
  let last: { readonly tools: readonly AgentTool[]; readonly answer: Kept } | undefined;
  const answer = (): Kept => {
    const tools = options.tools();
    if (last?.tools !== tools) last = { tools, answer: kept(listOf(tools, options)) };
    return last.answer;
  };
  return new Elysia({ name: "tools" }).get(
    "/tools",
    ({ request }) => keptAnswer(request, answer()),
    about("The tools that agents can use, and where they are served", { answers: ToolList }),
  );
}

const listOf = (tools: readonly AgentTool[], { person, url }: ListOptions): ToolList => ({
  url: url(),
  tools: tools.map(tool => ({
    name: tool.name,
    description: tool.description,
    effect: tool.effect,
    per_session: tool.perSession ?? null,
    limit: tool.limit ?? LIMIT,
    shown: tool.shown ?? false,
    person: isAllowed(tool, person),
    input: takenBy(tool).json,
  })),
});
