import { Elysia } from "elysia";
import { about, definePlugin, House, Inspector, Routes } from "hearth";
import { MemoryProgress } from "hearth-plugins/memory";
import { AgentRuntimes, PostSession, SessionChanged } from "hearth-plugins/sessions";
import { z } from "zod";
import { LoopWatch } from "../loop";
import { carrier } from "./carrier";

const none = { text: 0, vectors: 0, done: 0 };

/** Lives in a daemon that is measured, and sees what nobody sees from outside: how late its main loop is, and what its hooks took. */
export default definePlugin({
  id: "bench-watch",
  summary: "Watches the main loop, the events of memory and the hooks",
  requires: { inspector: Inspector, house: House },
  setup(ctx, { inspector, house }) {
    const loop = new LoopWatch();
    ctx.own(() => loop.stop());
    let events = { ...none };
    ctx.on(MemoryProgress, ({ phase }) => void events[phase]++);
    const finishing = new Map<string, number>();
    const took = new Map<string, number>();
    ctx.on(SessionChanged, ({ id, state }) => {
      const began = finishing.get(id);
      if (state === "finishing") finishing.set(id, performance.now());
      else if (began !== undefined) took.set(id, performance.now() - began);
    });
    const seen = () => {
      const since = events;
      events = { ...none };
      return { ...loop.take(), events: since };
    };
    const hooks = (id: string) => ({ ms: took.get(id) ?? null, hooks: inspector.outcomes(PostSession.id, id) });
    ctx.add(AgentRuntimes, carrier(house.state));
    ctx.add(
      Routes,
      new Elysia({ name: "bench-watch" })
        .get("/bench/loop", seen, about("How late the loop was since the question before", { answers: z.any() }))
        .get(
          "/bench/hooks/:id",
          ({ params }) => hooks(params.id),
          about("What the hooks of a session took", { answers: z.any() }),
        ),
    );
  },
});
