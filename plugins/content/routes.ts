import { Elysia } from "elysia";
import { about, badRequest, keptAnswer, notFound } from "hearth";
import { type PageType, pageTypes } from "./contract";
import { kinds } from "./kinds";
import { listShape, pageShape } from "./shapes";
import type { KeptPage, Store } from "./store";

/** What the agent wrote, as lists and as single pages. What is known already is answered at once, without a promise. */
export function contentRoutes(store: Store) {
  const routes = new Elysia({ name: "content" });
  for (const type of pageTypes) addRoutes(routes, store, type);
  return routes;
}

function addRoutes(routes: Elysia<any>, store: Store, type: PageType): void {
  const { noun, missing } = kinds[type];
  routes
    .get(
      `/content/${type}`,
      ({ request }) => list(store, type, request),
      about(`The ${nameOf(type)}, newest first`, { answers: listShape(type), errors: { 503: "Hearth is stopping" } }),
    )
    .get(
      `/content/${type}/:slug`,
      ({ request, params }) => page(store, type, (params as { slug: string | null }).slug, request),
      about(`One ${type === "bookshelf" ? "page of the bookshelf" : noun} with its text`, {
        answers: pageShape(type),
        errors: { 400: "The slug can be no page's name, or is a link that leads out of the folder", 404: missing },
      }),
    );
}

const nameOf = (type: PageType): string => (type === "bookshelf" ? "pages of the bookshelf" : type);

function list(store: Store, type: PageType, request: Request): Response | Promise<Response> {
  const answer = store.keptList(type);
  return answer instanceof Promise ? answer.then(ready => keptAnswer(request, ready)) : keptAnswer(request, answer);
}

/** @param slug null when it is sent in broken escapes, which Elysia cannot decode */
function page(store: Store, type: PageType, slug: string | null, request: Request): Response | Promise<Response> {
  const { missing } = kinds[type];
  if (slug === null) throw notFound(missing);
  if (slug.includes("..") || slug.includes("\0")) throw badRequest("Invalid slug");
  if (slug.includes("/")) throw notFound("Not Found");
  const answer = store.keptPage(type, slug);
  if (answer instanceof Promise) return answer.then(ready => pageAnswer(request, ready, missing));
  return pageAnswer(request, answer, missing);
}

function pageAnswer(request: Request, answer: KeptPage, missing: string): Response {
  if (answer === "outside") throw badRequest("Invalid slug");
  if (!answer) throw notFound(missing);
  return keptAnswer(request, answer);
}
