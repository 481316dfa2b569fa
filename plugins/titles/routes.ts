import { Elysia } from "elysia";
import { about, HttpError, jsonBody, kept, keptAnswer, notFound } from "hearth";
import type { Registry } from "./registry";
import { NewTitle, Title } from "./shapes";

/** Titles by the hash of the text that they name. */
export const titleRoutes = (registry: Registry) =>
  new Elysia({ name: "titles" })
    .get(
      "/titles/:hash",
      ({ params, request }) => {
        const title = registry.find(params.hash ?? ""); // null when it is sent in broken escapes
        if (!title) throw notFound("Title not found");
        return keptAnswer(request, kept(title));
      },
      about("The title of a text", { answers: Title, errors: { 404: "Title not found" } }),
    )
    .post(
      "/titles",
      ({ body, status }) => {
        const given = registry.give(body);
        if (given.kind === "full") throw fullHouse(registry.room);
        return status(given.kind === "new" ? 201 : 409, given.title);
      },
      {
        parse: jsonBody,
        body: NewTitle,
        ...about("Give a text its title, once and for all", {
          answers: Title,
          status: 201,
          errors: {
            403: "There are as many titles as may be",
            409: { when: "The text has a title, which stays as it is", answers: Title },
          },
        }),
      },
    );

const fullHouse = (room: number) =>
  new HttpError(403, `There are ${room} titles, and no more are taken; plugins.titles.maxTitles says how many may be`);
