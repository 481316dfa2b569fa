import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { corners, exif, holds, jpeg, jpegSegment, SECRET, together, withSegments } from "../fixtures/pictures";
import { result, type Script, start } from "../fixtures/scripted-agent";
import { ADA, BO, telegramHouse } from "../fixtures/telegram-house";
import { until } from "../fixtures/until";

const answer: Script = async function* () {
  yield start;
  yield result({ text: "seen" });
};

type House = Awaited<ReturnType<typeof telegramHouse>>;

/** What the last session was to carry: text, picture and warning of each message. */
async function carried(house: House): Promise<(readonly [string, string | undefined, string | undefined])[]> {
  const before = house.requests.length;
  await until(() => house.requests.length > before || house.api.sent.some(({ text }) => text === "seen"));
  const [, ...prompts] = house.requests.at(-1)!.userPrompt.split("\n<");
  return prompts.map(text => {
    const [said = "", image, warning] = text.replace(/>\s*$/, "").split("|");
    return [said, image || undefined, warning || undefined];
  });
}

const templates = ["telegram-prompts", "prompts"].map(folder => join(import.meta.dir, "../fixtures", folder));
const make = () => telegramHouse(answer, { templates });

describe("photos", () => {
  test("a photo is kept small, upright and bare, and the session is told its path", async () => {
    await using house = await make();
    const photo = withSegments(
      await jpeg(1600, 1200, corners(1600, 1200)),
      jpegSegment(0xe1, together("Exif\0\0", exif(6))),
      jpegSegment(0xfe, SECRET),
    );
    const sizes = [house.api.photo(await jpeg(90, 60), 90, 60), house.api.photo(photo, 1600, 1200)];
    house.api.send(ADA, { photo: sizes, caption: "the harbour" });
    const path = "telegram/Ada/images/2026-11-21-1.jpg";
    expect(await carried(house)).toEqual([["the harbour", path, undefined]]);
    const bytes = new Uint8Array(await Bun.file(`${house.app.home.path}/${path}`).arrayBuffer());
    const { width, height } = await new Bun.Image(bytes).metadata();
    expect([width, height]).toEqual([768, 1024]);
    expect(holds(bytes, SECRET)).toBe(false);
    await until(async () => (await house.history("Ada"))[0]?.["image"] === path);
  });

  test("of several sizes the smallest that is large enough is fetched", async () => {
    await using house = await make();
    const sizes = await Promise.all(
      [2560, 90, 1280, 800].map(async width => house.api.photo(await jpeg(width / 10, 8), width, width / 2)),
    );
    house.api.send(ADA, { photo: sizes });
    await carried(house);
    const fetched = house.api.calls.filter(({ method }) => method === "getFile").map(({ body }) => body["file_id"]);
    expect(fetched).toEqual([sizes[2]!["file_id"]]);
  });

  test("T14: the photos of an album are one message for one session", async () => {
    await using house = await make();
    const part = async (more: object) => {
      const photo = [house.api.photo(await jpeg(20, 20), 20, 20)];
      house.api.send(ADA, { photo, media_group_id: "g1", ...more });
      await until(() => house.api.waiting === 0);
    };
    await part({ caption: "three of them" });
    house.clock.advance(1000);
    await part({});
    house.clock.advance(1000);
    await part({});
    const files = () => house.app.home.list("telegram/Ada/images");
    await until(async () => (await files()).length === 3);
    house.clock.advance(1400);
    expect(house.requests).toHaveLength(0);
    house.clock.advance(100);
    expect((await carried(house)).map(([said, image]) => [said, image?.slice(-5)])).toEqual([
      ["three of them", "1.jpg"],
      ["", "2.jpg"],
      ["", "3.jpg"],
    ]);
    await house.api.texts(1);
    expect(house.requests).toHaveLength(1);
  });

  test.each([
    [3, ["1.jpg", "2.jpg"]],
    [5, ["1.jpg"]],
  ])(
    "T14: an album waits for a picture that is slow to come, and not for ever: it fails %d times",
    async (times, kept) => {
      await using house = await make();
      const photo = [house.api.photo(await jpeg(20, 20), 20, 20)];
      house.api.send(ADA, { photo, media_group_id: "g1" });
      await until(async () => (await house.app.home.list("telegram/Ada/images")).length === 1);
      house.api.fail("getFile", { status: 500, times });
      house.api.send(ADA, { photo, media_group_id: "g1" });
      const failed = () => house.app.log.filter(({ message }) => message === "an update could not be handled").length;
      for (let n = 1; n <= times; n++) {
        await until(() => failed() === n);
        expect(house.requests).toHaveLength(0);
        if (n < 5) house.clock.advance(1000 * 2 ** (n - 1));
      }
      await until(() => {
        house.clock.advance(500);
        return house.requests.length === 1;
      });
      expect((await carried(house)).map(([, image]) => image?.slice(-5))).toEqual(kept);
    },
  );

  test("T14: a photo that cannot be opened is said to be so, and its caption is not lost", async () => {
    await using house = await make();
    house.api.send(ADA, { photo: [house.api.photo(Buffer.from("no picture"), 10, 10)], caption: "look" });
    expect(await carried(house)).toEqual([
      ["look", undefined, "A picture came with it that could not be opened; they have been told so."],
    ]);
    expect((await house.api.texts(2))[0]).toContain("could not open the picture");
  });

  test("T14: a photo that cannot be fetched at once is fetched later", async () => {
    await using house = await make();
    for (const method of ["getFile", "file"]) house.api.fail(method, { status: 500 });
    house.api.send(ADA, { photo: [house.api.photo(await jpeg(20, 20), 20, 20)] });
    await until(() => {
      house.clock.advance(1000);
      return house.requests.length === 1;
    });
    expect((await carried(house))[0]![1]).toBe("telegram/Ada/images/2026-11-21-1.jpg");
  });

  test("T15: two photos of the same second are two files", async () => {
    await using house = await make();
    for (const side of [20, 30]) house.api.send(ADA, { photo: [house.api.photo(await jpeg(side, side), side, side)] });
    await until(async () => (await house.app.home.list("telegram/Ada/images")).length === 2);
  });

  test("T16: the photo that somebody sends opens nobody else's to the session", async () => {
    await using house = await make();
    const send = async (user: number) =>
      house.api.send(user, { photo: [house.api.photo(await jpeg(20, 20), 20, 20)], caption: "mine" });
    await send(BO);
    await house.api.texts(1);
    await send(ADA);
    await house.api.texts(2);
    const { closed } = house.requests[1]!;
    expect(closed).toContain("telegram/Bo");
    expect(closed!.filter(folder => folder.startsWith("telegram/Ada"))).toEqual([]);
  });

  test("T15: a picture with more pixels than anybody should unpack costs a sentence and no more", async () => {
    await using house = await make();
    const bomb = await jpeg(20, 20);
    const sof = bomb.findIndex((byte, at) => byte === 0xff && (bomb[at + 1] === 0xc0 || bomb[at + 1] === 0xc2));
    bomb.set([0xff, 0xff, 0xff, 0xff], sof + 5);
    house.api.send(ADA, { photo: [house.api.photo(bomb, 20, 20)] });
    expect((await house.api.texts(1))[0]).toContain("could not open the picture");
    expect(house.requests).toHaveLength(0);
  });
});

test.each([
  ["voice", "a voice message"],
  ["document", "a file"],
  ["sticker", "a sticker"],
  ["video", "a video"],
  ["location", "a place"],
])("T14: %s is answered with a clear sentence", async (field, said) => {
  await using house = await make();
  house.api.send(ADA, { [field]: { file_id: "x" } });
  expect(await house.api.texts(1)).toEqual([
    `I cannot open ${said} here: only words and photos. Please write it to me.`,
  ]);
  expect(house.requests).toHaveLength(0);
});

test("T14: the words that come with a file are not lost, and a whole album of files is one sentence", async () => {
  await using house = await make();
  for (const caption of [undefined, "my report", undefined])
    house.api.send(ADA, { document: { file_id: "x" }, media_group_id: "g2", ...(caption && { caption }) });
  await until(() => house.api.waiting === 0 && house.api.sent.length === 1);
  expect(house.requests).toHaveLength(0);
  house.clock.advance(1500);
  const warning = "A file came with it that could not be opened; they have been told so.";
  expect(await carried(house)).toEqual([["my report", undefined, warning]]);
  expect((await house.api.texts(2))[1]).toBe("seen");
  house.api.send(ADA, { voice: { file_id: "x" }, caption: "listen" });
  expect((await house.api.texts(4))[2]).toBe(
    "I cannot open a voice message here: only words and photos. What you wrote with it reaches me.",
  );
});

test("what Telegram says by itself is nobody's message", async () => {
  await using house = await make();
  house.api.send(ADA, { pinned_message: { message_id: 1 } });
  house.api.update({ my_chat_member: { chat: { id: ADA } } });
  house.api.update({ message: "nonsense" });
  house.api.say(ADA, "/help");
  await house.api.texts(1);
  expect(house.api.sent).toHaveLength(1);
  expect(house.requests).toHaveLength(0);
});

describe("a message that is changed", () => {
  const edited = (house: House, message_id: number, text: string) =>
    house.api.update({
      edited_message: { message_id, date: 0, chat: { id: ADA, type: "private" }, from: { id: ADA }, text },
    });

  test("while it waits, its new words take the place of the old", async () => {
    const gates: (() => void)[] = [];
    await using house = await telegramHouse(
      async function* (request) {
        await new Promise<void>(resolve => gates.push(resolve));
        yield* answer(request);
      },
      { templates },
    );
    house.api.say(ADA, "one");
    await until(() => gates.length === 1);
    house.api.say(ADA, "tow");
    edited(house, 2, "two");
    await until(() => house.api.waiting === 0);
    gates[0]!();
    await until(() => gates.length === 2);
    expect((await carried(house))[0]![0]).toBe("two");
    gates[1]!();
    await house.api.texts(2);
    expect(house.api.sent.map(({ text }) => text)).toEqual(["seen", "seen"]);
  });

  test("when the agent has it, a sentence says that the change came too late", async () => {
    await using house = await make();
    house.api.say(ADA, "one");
    await house.api.texts(1);
    edited(house, 1, "two");
    expect((await house.api.texts(2))[1]).toContain("before you changed it");
    edited(house, 77, "never seen");
    house.api.say(ADA, "/help");
    await house.api.texts(3);
    expect(house.requests).toHaveLength(1);
  });
});
