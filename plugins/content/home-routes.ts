import { Elysia } from "elysia";
import { about, type Home, HttpError, kept, keptAnswer, notFound, wholeNumber } from "hearth";
import { z } from "zod";
import { described, description } from "./descriptions";
import { Refused, type Why } from "./home-file";
import { AboutPage, DatedText, Description, Landing, RawFile, Tree } from "./home-shapes";
import type { HomeTexts } from "./home-texts";
import { Joint } from "./joint";
import { LARGEST_RAW, readRawFile } from "./raw-file";
import { Singletons } from "./singletons";
import { readTree } from "./tree";

/** The folders whose trees and files everybody with the key may see. */
const roots = ["sandbox", "projects", "news", "gifts"] as const;
const DEEPEST = 20;

const Query = z.object({ depth: wholeNumber(z.int().min(1).max(DEEPEST)).default(DEEPEST) });
const Params = z.object({ root: z.enum(roots), "*": z.string() });

/** What stands once in the home, and its folders as they are: descriptions, singletons, trees, raw files. */
export const homeRoutes = (home: Home, texts: HomeTexts) =>
  new Elysia({ name: "content-home" }).use(textRoutes(texts)).use(treeRoutes(home)).use(fileRoutes(home));

function textRoutes(texts: HomeTexts) {
  const one = new Singletons(texts);
  const app = new Elysia()
    .get(
      "/content/about",
      answering(() => one.about()),
      about("The agent about itself", { answers: AboutPage }),
    )
    .get(
      "/content/landing",
      answering(() => one.landing()),
      about("The landing page", { answers: Landing }),
    )
    .get(
      "/content/landing-summary",
      answering(() => one.landingSummary()),
      about("What has been going on, in short", { answers: DatedText }),
    )
    .get(
      "/content/visitor-greeting",
      answering(() => one.visitorGreeting()),
      about("The greeting for visitors", { answers: DatedText }),
    );
  for (const kind of described)
    app.get(
      `/content/${kind}-description`,
      answering(() => description(texts, kind)),
      about(`What the agent says of its ${kind}`, { answers: Description }),
    );
  return app;
}

function treeRoutes(home: Home) {
  const app = new Elysia();
  for (const root of roots) {
    const readings = readingsOf(home, root);
    app.get(`/content/${root}`, async ({ query, request }) => keptAnswer(request, await readings(query.depth)), {
      query: Query,
      ...about(`The tree of ${root}/, folders first, newest first`, { answers: Tree }),
    });
  }
  return app;
}

/** Reads a tree; those who ask for the same at once share one reading. */
function readingsOf(home: Home, root: string) {
  const ofDepth = new Map<number, Joint<ReturnType<typeof kept>>>();
  return (depth: number) => {
    const known = ofDepth.get(depth) ?? new Joint(async () => kept(await readTree(home.path, root, depth)));
    ofDepth.set(depth, known);
    return known.ask();
  };
}

const fileRoutes = (home: Home) =>
  new Elysia().get(
    "/content/files/:root/*",
    async ({ params, request }) => {
      const read = await readRawFile(home.path, params.root, decoded(params["*"])).catch(refuse);
      return keptAnswer(request, kept(read));
    },
    {
      params: Params,
      ...about("One file of a tree: its text, or its bytes as base64", {
        answers: RawFile,
        errors: {
          400: "The path is that of a folder, or of what is no file",
          403: "The path leads out of the tree, is hidden in it, or may not be read",
          404: "There is no such file",
          413: `The file is larger than ${LARGEST_RAW} bytes`,
        },
      }),
    },
  );

const answering =
  (read: () => Promise<object>) =>
  async ({ request }: { readonly request: Request }): Promise<Response> =>
    keptAnswer(request, kept(await read()));

/** A path without its escapes, once. What is no escape stays as it is; bytes that are not UTF-8 become U+FFFD. */
const decoded = (path: string): string =>
  path.replace(/(?:%[\da-f]{2})+/gi, escapes =>
    new TextDecoder("utf-8", { ignoreBOM: true }).decode(Buffer.from(escapes.replaceAll("%", ""), "hex")),
  );

const refusals: Readonly<Record<Why, HttpError>> = {
  outside: new HttpError(403, "Path not allowed"),
  unreadable: new HttpError(403, "Path not allowed"),
  missing: notFound("File not found"),
  "no file": new HttpError(400, "Path is not a file"),
  "too large": new HttpError(413, `File too large (max ${LARGEST_RAW} bytes)`),
};

function refuse(error: unknown): never {
  throw error instanceof Refused ? refusals[error.why] : error;
}
