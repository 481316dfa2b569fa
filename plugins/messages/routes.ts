import { Elysia } from "elysia";
import { about, jsonBodyUpTo } from "hearth";
import type { Desk } from "./desk";
import type { Entrance } from "./entrance";
import { pictureForm } from "./picture-form";
import { Credentials, MOST_JSON, Note, PictureNote } from "./requests";
import { Sent } from "./shapes";

/** What both routes refuse alike. */
const refusals = {
  401: "Invalid API key",
  408: "The body did not end in time",
  429: "The sender's time between messages, or their day's number, or too many wrong keys; Retry-After says when",
  500: "API keys not configured, or: Failed to save message",
  503: "Too many messages wait to be looked at",
} as const;

/** The door for those who have a trusted key. */
export const messageRoutes = (desk: Desk, entrance: Entrance) =>
  new Elysia({ name: "messages" })
    .post("/messages", ({ body, request }) => desk.take(entrance.senderOf(request), body), {
      parse: jsonBodyUpTo(MOST_JSON),
      headers: Credentials,
      body: Note,
      ...about("Write to the agent", {
        access: "public",
        bearer: "sender",
        answers: Sent,
        errors: {
          ...refusals,
          400: "The body is no text, or: Message exceeds 1500 words, or: Message could not be accepted.",
          413: "The body is longer than 256 KiB",
        },
      }),
    })
    .post("/messages/with-image", ({ body, request }) => desk.takePicture(entrance.senderOf(request), body), {
      parse({ request }) {
        if (request.headers.get("authorization") === null) return null; // the headers are refused before the body is missed
        entrance.senderOf(request);
        return pictureForm(request);
      },
      headers: Credentials,
      body: PictureNote,
      ...about("Write to the agent, with a picture", {
        access: "public",
        bearer: "sender",
        answers: Sent,
        errors: {
          ...refusals,
          400: "The form or the picture cannot be read, or: Message exceeds 1500 words, or: Message could not be accepted.",
          403: "Image sending requires a registered mailbox account",
          413: "The body is longer than 6 MiB",
          503: "Too many pictures wait to be cleaned, or messages to be looked at",
        },
      }),
    });
