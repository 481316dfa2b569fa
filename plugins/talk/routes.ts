import { Elysia } from "elysia";
import { about, HttpError, jsonBody, messageOf, notFound } from "hearth";
import { z } from "zod";
import { NewTurn, Turn, TurnOrdered } from "./shapes";
import type { TalkTurns } from "./turns";

/** Seconds that a question may wait for its answer: less than the door's patience with a silent connection. */
const LONGEST_WAIT = 25;

const Wait = z.object({
  wait: z.coerce.number().min(0).max(LONGEST_WAIT).default(0).describe("Seconds to wait for the turn's end"),
});

/** A talk, turn by turn. @param signal aborted when Hearth is told to stop */
export const talkRoutes = (turns: TalkTurns, signal: AbortSignal) =>
  new Elysia({ name: "talk" })
    .post(
      "/admin/talk",
      ({ body, set }) => {
        const { id, ahead } = trying(() => turns.order(body.text, body.after));
        set.status = 202;
        return { session_id: id, ahead };
      },
      {
        parse: jsonBody,
        body: NewTurn,
        ...about("Say something to the agent; with `after` it goes on with that turn's session", {
          answers: TurnOrdered,
          status: 202,
          errors: { 409: "It cannot go on with that session" },
        }),
      },
    )
    .get(
      "/admin/talk/:id",
      async ({ params: { id }, query, request }) => {
        await turns.wait(id, query.wait, AbortSignal.any([request.signal, signal]));
        return turns.find(id) ?? nobody(id);
      },
      {
        query: Wait,
        ...about("A turn, and what the agent said", { answers: Turn, errors: { 404: "There is no such turn" } }),
      },
    )
    .delete(
      "/admin/talk/:id",
      ({ params: { id } }) => {
        if (!turns.find(id)) nobody(id);
        trying(() => turns.cancel(id));
        return turns.find(id)!;
      },
      about("End a turn that waits or runs", {
        answers: Turn,
        errors: { 404: "There is no such turn", 409: "It neither waits nor runs" },
      }),
    );

function nobody(id: string): never {
  throw notFound(`There is no turn "${id}"`);
}

/** @throws HttpError 409 with what is in the way */
function trying<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new HttpError(409, messageOf(error));
  }
}
