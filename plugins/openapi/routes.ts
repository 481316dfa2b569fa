import { Elysia } from "elysia";
import { about, keptAnswer } from "hearth";
import type { Published } from "./published";
import { Document } from "./shapes";

/** The document and the page. @param open whether everyone may read them */
export function openapiRoutes(published: Published, open: boolean) {
  const access = open ? "public" : "key";
  return new Elysia({ name: "openapi" })
    .get(
      "/openapi.json",
      ({ request }) => keptAnswer(request, published.json()),
      about("This document: all routes that there are now, as OpenAPI 3.1", { access, answers: Document }),
    )
    .get(
      "/docs",
      ({ request }) => {
        const page = published.page();
        const response = keptAnswer(request, page);
        response.headers.set("content-security-policy", page.policy);
        return response;
      },
      about("The same as a page for people", { access, answers: "text/html" }),
    );
}
