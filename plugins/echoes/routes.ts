import { Elysia } from "elysia";
import { about, keptAnswer } from "hearth";
import type { Manifest } from "./manifest";
import { Echoes } from "./shapes";

/** What a page echoes. A page that nobody knows has no echoes, and that is no error. */
export const echoRoutes = (manifest: Manifest) =>
  new Elysia({ name: "echoes" }).get(
    "/echoes/:content_type/:slug",
    async ({ params, request }) => keptAnswer(request, await manifest.echoesOf(params.content_type, params.slug)),
    about("The pages that sound like a page, as the memory heard them", { answers: Echoes }),
  );
