import { Elysia } from "elysia";
import {
  about,
  type Command,
  type CommandIo,
  HttpError,
  type Inspector,
  messageOf,
  notFound,
  UsageError,
} from "hearth";
import { z } from "zod";

const Call = z.object({ args: z.array(z.string()) });

/** The system as JSON, and its commands. */
export const systemRoutes = (inspector: Inspector, commands: () => readonly Command[], signal: AbortSignal) =>
  new Elysia({ name: "system" })
    .get("/system/plugins", () => ({ plugins: inspector.plugins() }), about("The plugins and where they stand"))
    .get(
      "/system/graph",
      () => ({ plugins: inspector.plugins(), pipelines: inspector.pipelines(), running: inspector.running() }),
      about("Plugins and pipelines in order, and what is running now"),
    )
    .post(
      "/system/commands/:id",
      ({ params, body, request }) => {
        const command = commands().find(({ id }) => id === params.id);
        if (!command) throw notFound(`there is no command "${params.id}"; \`hearth help\` lists them`);
        if (command.here) throw new HttpError(409, `"${command.id}" talks with a terminal; run it there`);
        return spoken(command, body.args, AbortSignal.any([request.signal, signal]));
      },
      { body: Call, ...about("Run a command; what it says comes as JSON lines") },
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
