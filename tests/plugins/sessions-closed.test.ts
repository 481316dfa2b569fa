import { describe, expect, test } from "bun:test";
import { sessionsKernel } from "../fixtures/sessions";

const said = (file?: string, image?: string) => ({
  text: "Hello",
  at: "2026-11-21T12:00:00.000Z",
  ...(file !== undefined && { file }),
  ...(image !== undefined && { image }),
});

/** What a session's agent may not open, where two people have a mailbox and two write on Telegram. */
async function closedFor(type: string, message: ReturnType<typeof said>, settings = {}): Promise<readonly string[]> {
  await using app = await sessionsKernel(undefined, { settings });
  for (const name of ["mailbox/alice/thread.jsonl", "mailbox/bob/thread.jsonl", "telegram/Bo/chat.jsonl"])
    await app.home.write(name, "{}\n");
  const { id } = app.sessions.wake({ type, job: "test", message });
  expect((await app.sessions.ended(id)).state).toBe("done");
  return app.requests[0]!.closed!;
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
  test("a name that begins as another's is another's", async () => {
    expect(await closedFor("correspondence", said("mailbox/al/thread.jsonl"))).toContain("mailbox/alice");
  });
  test("the config file may open it, and close more", async () => {
    const types = { correspondence: { closed: [] }, custom: { closed: ["mailbox/alice"] } };
    expect(await closedFor("correspondence", said("mailbox/alice/thread.jsonl"), { types })).toEqual([]);
    expect(await closedFor("custom", said("mailbox/alice/thread.jsonl"), { types })).toEqual(["mailbox/alice"]);
  });
});
