import { Elysia } from "elysia";
import {
  type AilmentSource,
  about,
  type Command,
  type CommandIo,
  HttpError,
  type Inspector,
  jsonBody,
  keptAnswer,
  messageOf,
  notFound,
  UsageError,
} from "hearth";
import { z } from "zod";
import { keptProblems } from "./problems";
import { Graph, Plugins, Problems } from "./shapes";

const Call = z.object({ args: z.array(z.string()) });

/** What the routes need of the plugin. */
export interface SystemRoutes {
  readonly inspector: Inspector;
  /** Of the moment. */
  commands(): readonly Command[];
  /** Of the moment. */
  ailments(): readonly AilmentSource[];
  /** Aborted when Hearth is told to stop. */
  readonly signal: AbortSignal;
}

/** The system as JSON, and its commands. */
export const systemRoutes = ({ inspector, commands, ailments, signal }: SystemRoutes) =>
  new Elysia({ name: "system" })
    .get(
      "/system/plugins",
      () => ({ plugins: inspector.plugins() }),
      about("The plugins and where they stand", { answers: Plugins }),
    )
    .get(
      "/system/graph",
      () => ({ plugins: inspector.plugins(), pipelines: inspector.pipelines(), running: inspector.running() }),
      about("Plugins and pipelines in order, and what is running now", { answers: Graph }),
    )
    .get(
      "/system/problems",
      ({ request }) => keptAnswer(request, keptProblems(ailments())),
      about("What in the home cannot be used as it is, newest first", { answers: Problems }),
    )
    .post(
      "/system/commands/:id",
      ({ params, body, request }) => {
        const command = commands().find(({ id }) => id === params.id);
        if (!command) throw notFound(`there is no command "${params.id}"; \`hearth help\` lists them`);
        if (command.here) throw new HttpError(409, `"${command.id}" talks with a terminal; run it there`);
        return spoken(command, body.args, AbortSignal.any([request.signal, signal]));
      },
      {
        parse: jsonBody,
        body: Call,
        ...about("Run a command; what it says comes as JSON lines", {
          answers: "application/x-ndjson",
          errors: { 404: "There is no such command", 409: "It talks with a terminal, so it runs there only" },
        }),
      },
    );

/** What a command prints, as JSON lines while it runs: `{"line"}`, `{"error"}`, at last `{"exit"}`. */
function spoken(command: Command, args: readonly string[], signal: AbortSignal): Response {
  const encoder = new TextEncoder();
  const gone = new AbortController();
  const io = (say: (said: object) => void) => ({
    print: (line: string) => say({ line }),
    signal: AbortSignal.any([signal, gone.signal]),
  });
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      const say = (said: object) => {
        if (!gone.signal.aborted) controller.enqueue(encoder.encode(`${JSON.stringify(said)}\n`));
      };
      await speak(command, args, io(say), say);
      if (!gone.signal.aborted) controller.close();
    },
    cancel: () => gone.abort(new Error("the caller has gone")),
  });
  return new Response(body, { headers: { "content-type": "application/x-ndjson" } });
}

/** For a caller who was still listening when Hearth was told to stop. */
const leaving =
  "Hearth is stopping, and tells no more. What it was told to do is on disk; `hearth sessions` shows how it went.";

/** Runs a command to its end, and says how it ended. Never throws. */
async function speak(
  command: Command,
  args: readonly string[],
  io: CommandIo,
  say: (said: object) => void,
): Promise<void> {
  try {
    say({ exit: (await command.run(args, io)) ?? 0 });
  } catch (error) {
    if (io.signal.aborted) return say({ error: leaving, exit: 1 });
    const usage = error instanceof UsageError ? `\nusage: hearth ${command.id} ${command.usage}` : "";
    say({ error: messageOf(error) + usage });
    say({ exit: error instanceof UsageError ? 2 : 1 });
  }
}
