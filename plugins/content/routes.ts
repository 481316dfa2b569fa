import { Elysia } from "elysia";
import { about, badRequest, notFound } from "hearth";
import type { Detail, Shelf } from "./shelf";
import type { ThoughtMeta } from "./thought";

/** What the agent wrote, as lists and as single pages. */
export const contentRoutes = (thoughts: Shelf<ThoughtMeta>) =>
  new Elysia({ name: "content" })
    .get("/content/thoughts", () => thoughts.list(), about("The thoughts, newest first"))
    .get(
      "/content/thoughts/:slug",
      ({ params }) => one(thoughts, params.slug, "Thought not found"),
      about("One thought with its text"),
    );

/** @param slug null when it is sent in broken escapes, which Elysia cannot decode */
async function one<M extends { readonly date: string }>(
  shelf: Shelf<M>,
  slug: string | null,
  missing: string,
): Promise<Detail<M>> {
  if (slug === null) throw notFound(missing);
  if (slug.includes("..") || slug.includes("\0")) throw badRequest("Invalid slug");
  if (slug.includes("/")) throw notFound("Not Found");
  const page = await shelf.detail(slug);
  if (page === "outside") throw badRequest("Invalid slug");
  if (!page) throw notFound(missing);
  return page;
}
