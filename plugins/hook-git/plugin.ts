import { mkdir, realpath } from "node:fs/promises";
import { join } from "node:path";
import { definePlugin, Home, House, Walls } from "hearth";
import { zonedMinute } from "hearth-plugins/content";
import { PostSession } from "hearth-plugins/sessions";
import { z } from "zod";
import { gitEnvironment } from "./environment";
import { secretValues } from "./find-secret";
import { Git } from "./git";
import { saveSession } from "./save-session";
import { remoteWall } from "./wall";

/** What the agent makes for keeping. Not among them: data, conversations, transcripts, mailbox, visitors. */
const usualPaths = [
  "thoughts",
  "dreams",
  "essays",
  "essays-description",
  "letters",
  "letters-description",
  "scores",
  "scores-description",
  "memory",
  "prompt",
  "about",
  "landing-page",
  "sandbox",
  "projects",
  "visitor-greeting",
  "landing-summary",
  "bookshelf",
  "voice.md",
  "CLAUDE.md",
];

/** All hooks that write in the home, those of plugins that are not loaded included. */
const writers = [
  "prompt",
  "transcript",
  "thoughts",
  "conversation",
  "mood",
  "memory-index",
  "compile-memory",
  "graph",
  "resonance",
  "drift",
  "mirror",
  "echoes",
  "revalidation",
  "visitors-archive",
];

/** Seconds for everything but the push. */
const LOCAL_WORK = 240;

const RelativePath = z
  .string()
  .min(1)
  .refine(path => !path.startsWith("/") && !path.split("/").some(part => part === ".." || part === ".git"), {
    error: "a path inside the home, relative to it",
  });

export default definePlugin({
  id: "hook-git",
  summary: "Commits what each session made to a git repository in the home, and pushes it",
  config: z.strictObject({
    paths: z.array(RelativePath).default(usualPaths).describe("Files and folders of the home that are committed"),
    init: z.boolean().default(true).describe("Make the repository when there is none"),
    remote: z.string().default("origin").describe('A remote of the repository, or an address; "" never pushes'),
    pushSeconds: z.number().positive().default(60).describe("Seconds a push may take"),
    sshCommand: z.string().min(1).default("ssh -o BatchMode=yes").describe("What git reaches ssh remotes with"),
    author: z.string().min(1).default("Hearth").describe("Who commits, when the repository names nobody"),
    email: z.string().min(1).default("hearth@localhost").describe("Mail address of the one who commits, likewise"),
    trailer: z.string().default("").describe('Last lines of each message, such as "Co-authored-by: …"'),
    largestMegabytes: z.number().positive().default(50).describe("Files above this size are not committed"),
  }),
  requires: { home: Home, house: House },
  setup(ctx, { home, house }) {
    const { config } = ctx;
    const gitHome = join(house.state, "git");
    const env = gitEnvironment(house.env, gitHome, house.timeZone, config.sshCommand);
    ctx.add(Walls, remoteWall(config.remote, home.path, env));
    ctx.add(PostSession, {
      id: "git",
      after: writers,
      limit: LOCAL_WORK + config.pushSeconds,
      async run(session, signal) {
        await mkdir(gitHome, { recursive: true, mode: 0o700 });
        return saveSession(new Git(await realpath(home.path), env, signal), {
          ...config,
          subject: `Session: ${session.type} - ${zonedMinute(session.endedAt, house.timeZone)}`,
          author: { name: config.author, email: config.email },
          secrets: secretValues(house.env),
          largest: config.largestMegabytes * 1024 * 1024,
        });
      },
    });
  },
});
