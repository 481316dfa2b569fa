import { Elysia } from "elysia";
import { about, definePlugin, Inspector, Routes } from "hearth";
import { MemoryProgress } from "hearth-plugins/memory";
import { PostSession, SessionChanged } from "hearth-plugins/sessions";
import { z } from "zod";
import { LoopWatch } from "../loop";

/** Lives in a daemon that is measured, and sees what nobody sees from outside: how late its main loop is, and what its hooks took. */
export default definePlugin({
  id: "bench-watch",
  summary: "Watches the main loop, the events of memory and the hooks",
  requires: { inspector: Inspector },
  setup(ctx, { inspector }) {
    const loop = new LoopWatch();
    ctx.own(() => loop.stop());
    let events = { text: 0, vectors: 0, done: 0 };
    ctx.on(MemoryProgress, ({ phase }) => void events[phase]++);
    const finishing = new Map<string, number>();
    const took = new Map<string, number>();
    ctx.on(SessionChanged, ({ id, state }) => {
      const now = performance.now();
      if (state === "finishing") finishing.set(id, now);
      else if (finishing.has(id)) took.set(id, now - finishing.get(id)!);
    });
    ctx.add(
      Routes,
      new Elysia({ name: "bench-watch" })
        .get(
          "/bench/loop",
          () => {
            const seen = { ...loop.take(), events };
            events = { text: 0, vectors: 0, done: 0 };
            return seen;
          },
          about("How late the loop was since the question before", { answers: z.any() }),
        )
        .get(
          "/bench/hooks/:id",
          ({ params: { id } }) => ({ ms: took.get(id) ?? null, hooks: inspector.outcomes(PostSession.id, id) }),
          about("What the hooks of a session took", { answers: z.any() }),
        ),
    );
  },
});
