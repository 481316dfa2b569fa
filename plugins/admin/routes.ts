import { Elysia } from "elysia";
import { about, jsonBody, kept, keptAnswer } from "hearth";
import { Few, Gift, News, Reading } from "./requests";
import { ConversationList, Saved } from "./shapes";
import type { Uploads } from "./uploads";

/** What people send to the agent, and what was said between them. */
export const adminRoutes = (uploads: Uploads, conversations: (limit: number) => Promise<ConversationList>) =>
  new Elysia({ name: "admin" })
    .post("/admin/news", ({ body }) => uploads.news(body), {
      parse: jsonBody,
      body: News,
      ...about("Put a page of news in the home", { answers: Saved, errors: { 500: "Failed to save news" } }),
    })
    .post("/admin/gifts", ({ body }) => uploads.gift(body), {
      parse: jsonBody,
      body: Gift,
      ...about("Put a gift in the home", {
        answers: Saved,
        errors: {
          400: "Invalid base64 content",
          409: "File already exists",
          413: "File too large (max 2MB)",
          500: "Failed to save gift",
        },
      }),
    })
    .post("/admin/readings", ({ body }) => uploads.reading(body), {
      parse: jsonBody,
      body: Reading,
      ...about("Put a reading in the home", { answers: Saved, errors: { 500: "Failed to save reading" } }),
    })
    .get(
      "/admin/conversations",
      async ({ query, request }) => keptAnswer(request, kept(await conversations(query.limit))),
      {
        query: Few,
        ...about("The newest conversations", {
          answers: ConversationList,
          errors: { 500: "Failed to list conversations" },
        }),
      },
    );
