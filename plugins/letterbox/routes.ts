import { Elysia } from "elysia";
import { about, etagOf, jsonBodyUpTo, keptAnswer, wholeNumber } from "hearth";
import { z } from "zod";
import type { KeptLists } from "./kept-lists";
import { decisions, lists, type Quarantine } from "./quarantine";
import { itemOf, QuarantineItem, QuarantineList } from "./shapes";

const Wanted = z.object({
  state: z.enum(lists).default("held"),
  limit: wholeNumber(z.int().min(1).max(1000)).default(200),
});
const Decided = z.strictObject({ decision: z.enum(decisions) });
const LONGEST_BODY = 4096;

/** What waits for a decision, and what became of it. */
export const quarantineRoutes = (quarantine: Quarantine, keptLists: KeptLists) =>
  new Elysia({ name: "letterbox" })
    .get(
      "/admin/quarantine",
      ({ query: { state, limit }, request }) => keptAnswer(request, keptLists.of(state, limit)),
      { query: Wanted, ...about("Messages that wait for a person, newest first", { answers: QuarantineList }) },
    )
    .get(
      "/admin/quarantine/:id/picture",
      ({ params, request }) => {
        const { bytes, mime, extension } = quarantine.picture(params.id);
        const answer = keptAnswer(request, { body: bytes, etag: etagOf(bytes), type: mime });
        answer.headers.set("x-content-type-options", "nosniff");
        answer.headers.set("content-disposition", `inline; filename="${params.id}${extension}"`);
        return answer;
      },
      about("The picture of a message that waits", {
        answers: "image/*",
        errors: { 404: "There is no such picture in the quarantine" },
      }),
    )
    .post(
      "/admin/quarantine/:id",
      async ({ params, body }) => itemOf(await quarantine.decide(params.id, body.decision)),
      {
        parse: jsonBodyUpTo(LONGEST_BODY),
        body: Decided,
        ...about("Release a message that waits, or reject it", {
          answers: QuarantineItem,
          errors: {
            404: "There is no such message in the quarantine",
            408: "The body does not end in time",
            409: "This message has been decided on already",
            503: "Nobody brings mail of this kind at the moment: it stays held",
          },
        }),
      },
    );
