import { describe, expect, test } from "bun:test";
import { mkdirSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { Walls } from "hearth";
import { temporaryFolder } from "hearth/testing";
import type { AgentRequest } from "hearth-plugins/sessions";
import { aloneIn, closedTo } from "../../plugins/sessions/closed";
import { sessionsKernel } from "../fixtures/sessions";

const said = (file?: string, image?: string) => ({
  text: "Hello",
  at: "2026-11-21T12:00:00.000Z",
  ...(file !== undefined && { file }),
  ...(image !== undefined && { image }),
});

type Types = { readonly types?: Readonly<Record<string, { readonly closed?: readonly string[] }>> };

/** What a session's agent may not open, where two people have a mailbox and two write on Telegram. */
async function closedFor(
  type: string,
  message: ReturnType<typeof said>,
  settings: Types = {},
): Promise<readonly string[]> {
  await using app = await sessionsKernel(undefined, { settings });
  for (const name of ["mailbox/alice/thread.jsonl", "mailbox/bob/thread.jsonl", "telegram/Bo/chat.jsonl"])
    await app.home.write(name, "{}\n");
  const { id } = app.sessions.wake({ type, job: "test", message });
  expect((await app.sessions.ended(id)).state).toBe("done");
  const [{ closed, alone }] = app.requests as [AgentRequest];
  expect(alone).toEqual(aloneIn(settings.types?.[type]?.closed ?? ["mailbox", "telegram"], [message]));
  return closed!;
}
const others = ["conversations", "transcripts", "logs", "moderation"];

describe("P5: what others wrote in private is closed to a session that somebody talks with", () => {
  test("a visitor's opens none of it", async () => {
    expect(await closedFor("visit", said("visitors/x.md"))).toEqual(["mailbox", "telegram", ...others]);
  });
  test("a letter's opens the folder of who wrote it, and no other mailbox", async () => {
    const closed = await closedFor(
      "correspondence",
      said("mailbox/alice/thread.jsonl", "mailbox/alice/attachments/x.png"),
    );
    expect(closed).toEqual(["mailbox/bob", "telegram", ...others]);
  });
  test("one on Telegram opens its own chat, also when that has no file yet", async () => {
    expect(await closedFor("telegram", said("telegram/Ada/chat.jsonl"))).toEqual(["mailbox", "telegram/Bo", ...others]);
    expect(await closedFor("telegram_talk_open", said())).toEqual(["mailbox", "telegram", ...others]);
  });
  test.each(["morning", "self", "custom", "mine"])(
    "%s, which everyone watches and which reads the web, opens none of it",
    async type => {
      const settings = { types: { mine: {} } };
      expect(await closedFor(type, said(), settings)).toEqual(["mailbox", "telegram", ...others]);
    },
  );
  test("a talk with whoever holds the house's key opens all of it: nobody watches, and it reads no web", async () => {
    expect(await closedFor("talk", said())).toEqual([]);
  });
  test("its runtime is told beside which folder nothing may be opened, so that who comes while it runs is closed, too", () => {
    const letters = [said("mailbox/alice/thread.jsonl", "mailbox/alice/attachments/x.png"), said("visitors/x.md")];
    expect(aloneIn(["mailbox", "telegram"], letters)).toEqual(["mailbox/alice"]);
    expect(aloneIn(["logs"], letters)).toEqual([]);
    expect(aloneIn([], letters)).toEqual([]);
  });
  test("a name that begins as another's is another's", async () => {
    expect(await closedFor("correspondence", said("mailbox/al/thread.jsonl"))).toContain("mailbox/alice");
  });
  test("what is not there is made, and what a link leads to is closed with it", async () => {
    using home = temporaryFolder();
    for (const name of ["store/mail/alice", "store/mail/bob"]) mkdirSync(join(home.path, name), { recursive: true });
    symlinkSync("store/mail", join(home.path, "mailbox"));
    expect(closedTo(home.path, ["mailbox", "telegram"], [])).toEqual(["mailbox", "store/mail", "telegram"]);
    expect(closedTo(home.path, ["mailbox"], [said("mailbox/alice/thread.jsonl")])).toEqual([
      "mailbox/bob",
      "store/mail/bob",
    ]);
    expect(statSync(join(home.path, "telegram")).isDirectory()).toBe(true);
  });
  test("one that cannot be made, as where a link leads nowhere, keeps the session from beginning, and says what to do", async () => {
    await using app = await sessionsKernel();
    symlinkSync("sandbox/later", join(app.home.path, "moderation"));
    const { state, error } = await app.sessions.ended(app.sessions.wake({ type: "visit", job: "test" }).id);
    expect(state).toBe("failed");
    expect(error).toMatch(/^moderation\/ of the home cannot be closed .* take it away, or make what it leads to$/);
    expect(app.requests).toEqual([]);
  });
  test("the config file may open it, and close more", async () => {
    const types = { correspondence: { closed: [] }, custom: { closed: ["mailbox/alice"] } };
    expect(await closedFor("correspondence", said("mailbox/alice/thread.jsonl"), { types })).toEqual([]);
    expect(await closedFor("custom", said("mailbox/alice/thread.jsonl"), { types })).toEqual(["mailbox/alice"]);
  });
});

describe("the wall between what people confide and what strangers publish", () => {
  const look = async (types: object) => {
    await using app = await sessionsKernel(undefined, { settings: { types } });
    return await app
      .items(Walls)
      .find(({ id }) => id === "confidence")!
      .look();
  };

  test("stands by default, and where a private type without the web opens folders", async () => {
    expect(await look({})).toMatchObject({ state: "ok" });
    const types = {
      diary: { live: false, closed: [], agentTools: ["read", "self"] },
      custom: { closed: ["mailbox/ada"], live: false, agentTools: [] },
    };
    expect(await look(types)).toMatchObject({ state: "ok" });
  });
  test("names each type that everyone watches, or that reads the web, and that can open what people confided", async () => {
    const types = {
      self: { closed: ["mailbox", "telegram", "conversations", "transcripts", "logs/2026", "moderation"] },
      diary: { live: false, closed: [], tools: ["Read", "WebFetch(domain:example.org)"], agentTools: [] },
      talk: { agentTools: ["web_read"] },
      telegram: { live: true },
    };
    const { state, what, todo } = await look(types);
    expect([state, todo]).toEqual(["weak", expect.stringContaining("leave out closed")]);
    expect(what.split("; ")).toEqual([
      "telegram, which everyone watches, answers what people write in confidence",
      "self, which everyone watches and reads the web, can open logs",
      "talk, which reads the web, can open mailbox, telegram, conversations, transcripts, logs, moderation",
      "diary, which reads the web, can open mailbox, telegram, conversations, transcripts, logs, moderation",
    ]);
  });
});
