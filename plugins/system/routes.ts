import { Elysia } from "elysia";
import { about, type Command, HttpError, type Inspector, messageOf, notFound, UsageError } from "hearth";
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
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      const say = (said: object) => controller.enqueue(encoder.encode(`${JSON.stringify(said)}\n`));
      try {
        say({ exit: (await command.run(args, { print: line => say({ line }), signal })) ?? 0 });
      } catch (error) {
        const usage = error instanceof UsageError ? `\nusage: hearth ${command.id} ${command.usage}` : "";
        say({ error: messageOf(error) + usage });
        say({ exit: error instanceof UsageError ? 2 : 1 });
      }
      controller.close();
    },
  });
  return new Response(body, { headers: { "content-type": "application/x-ndjson" } });
}
