import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { deflateSync, gzipSync } from "node:zlib";
import { type DaemonPlace, daemonPlace, startDaemon, type TestDaemon } from "../fixtures/daemon";
import { letterboxRows, mailConfig, member, threadLines, visit, visitorFiles, withNotingAgent } from "../fixtures/mail";
import { gif, gifFrame, PNG, png, pngChunk, pngHead, riff, together, webpHead } from "../fixtures/pictures";
import { type RawAnswer, sendRaw } from "../fixtures/raw-http";
import { until } from "../fixtures/until";

const KEY = "key-of-alice-0123456789";
const STRANGER = "key-of-stranger-0123456789";
const MB = 1024 * 1024;

let place: DaemonPlace;
let daemon: TestDaemon;
let token: string;

beforeAll(async () => {
  const config = mailConfig({ letterbox: "cooldown = 0\nperDay = 1000000", visitors: "perHour = 100000" });
  place = withNotingAgent(daemonPlace(config, { TRUSTED_API_KEYS: `${KEY},${STRANGER}` }));
  daemon = await startDaemon(place);
  token = await member(daemon, KEY, "alice");
});
afterAll(async () => {
  await daemon?.[Symbol.asyncDispose]();
  place?.[Symbol.dispose]();
});

/** MB that the daemon has in memory at the moment, or had at the most. */
const memory = (which: "VmRSS" | "VmHWM") =>
  Number(new RegExp(`${which}:\\s+(\\d+) kB`).exec(readFileSync(`/proc/${daemon.pid}/status`, "utf8"))![1]) / 1024;

/** The whole of what people got into the house. */
const accepted = () => ({
  visitors: visitorFiles(place.home).length,
  letters: threadLines(place.home, "alice").length,
  rows: letterboxRows(place).length,
});

/** Asks for health again and again while something goes on. Answers how often there was an answer; one that does not come in 10 s throws. */
async function aliveDuring<T>(work: Promise<T>): Promise<{ result: T; answers: number }> {
  let going = true;
  let answers = 0;
  const end = work.finally(() => {
    going = false;
  });
  do {
    const { status } = await fetch(`${daemon.url}/api/v1/health/live`, { signal: AbortSignal.timeout(10_000) });
    if (status === 200) answers++;
    await Bun.sleep(5);
  } while (going);
  return { result: await end, answers };
}

/** The two doors that take pictures. */
const doors = [
  { path: "/mailbox/send", authorization: () => `Bearer ${token}` },
  { path: "/messages/with-image", authorization: () => `Bearer ${KEY}` },
] as const;
type Door = (typeof doors)[number];

const BORDER = "border-of-parts";
const multipart = `multipart/form-data; boundary=${BORDER}`;

const field = (name: string, value: string) =>
  Buffer.from(`--${BORDER}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`);
const filePart = (bytes: Uint8Array, { filename = "a.png", type = "image/png", length = "" } = {}) =>
  Buffer.concat([
    Buffer.from(
      `--${BORDER}\r\nContent-Disposition: form-data; name="image"; filename="${filename}"\r\nContent-Type: ${type}\r\n${length}\r\n`,
    ),
    bytes,
    Buffer.from("\r\n"),
  ]);
const END = Buffer.from(`--${BORDER}--\r\n`);
const whole = (...parts: Uint8Array[]) =>
  Buffer.concat([field("name", "Ann"), field("message", "Look."), ...parts, END]);

function post(door: Door, body: Uint8Array, { type = multipart, more = "", length = body.length } = {}): Uint8Array {
  const head = `POST /api/v1${door.path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\nAuthorization: ${door.authorization()}\r\nContent-Type: ${type}\r\n${more}`;
  return Buffer.concat([Buffer.from(`${head}Content-Length: ${length}\r\n\r\n`), body]);
}

const refused = ({ status }: RawAnswer) => status !== undefined && status >= 400 && status < 500;

describe("a form that is broken", () => {
  const good = whole(filePart(png(2, 2)));
  const text = good.toString("latin1");
  const from = (changed: string) => Buffer.from(changed, "latin1");
  const broken: Record<string, Uint8Array> = {
    "is cut off in its head": good.subarray(0, 40),
    "is cut off in its picture": good.subarray(0, good.length - 60),
    "has another border than it says": from(text.replaceAll(BORDER, "another")),
    "has no last border": good.subarray(0, good.length - END.length),
    "has no border at all": png(2, 2),
    "has a part without a head": Buffer.concat([Buffer.from(`--${BORDER}\r\n\r\n\r\n`), END]),
    "has a part without a name": from(text.replaceAll(/; name="\w+"/g, "")),
    "has ten thousand empty parts": Buffer.from(`${`--${BORDER}\r\n\r\n\r\n`.repeat(10_000)}--${BORDER}--`),
    "is empty": new Uint8Array(),
    "is only an end": END,
  };

  for (const door of doors)
    test.each(Object.keys(broken))(`${door.path}: %s`, async what => {
      const already = accepted();
      const answer = await sendRaw(daemon.url, post(door, broken[what]!));
      expect([answer.status, refused(answer)]).toEqual([answer.status, true]);
      expect(accepted()).toEqual(already);
    });

  test.each([
    "multipart/form-data",
    "multipart/form-data; boundary=",
    `multipart/form-data; boundary="${"b".repeat(5000)}"`,
  ])("whose border is not said: %s", async type => {
    for (const door of doors) expect(refused(await sendRaw(daemon.url, post(door, good, { type })))).toBe(true);
  });
});

describe("a body that lies", () => {
  test("about its type: a picture is what its bytes say, under the name that Hearth gives it", async () => {
    const long = { length: `X-Long: ${"x".repeat(MB)}\r\n` };
    for (const lie of [
      long,
      { type: "text/html", filename: "../../../out.html" },
      { type: "image/svg+xml", filename: "a\u202egnp.exe" },
      { type: "application/x-php", filename: `${"é".repeat(5000)}.php` },
      { type: "", filename: ".bashrc" },
    ])
      for (const door of doors) {
        const { status, bytes } = await sendRaw(daemon.url, post(door, whole(filePart(png(2, 2), lie))));
        expect([status, bytes.includes('"mime":"image/png"')]).toEqual([200, true]);
      }
    const kept = readdirSync(join(place.home, "mailbox/alice/attachments"));
    expect(kept.length).toBe(10);
    expect(kept.filter(name => !/^msg_\d{8}_u_\d{3}\.png$/.test(name))).toEqual([]);
  });

  test("about its type: what says that it is a picture, and is none, is refused", async () => {
    const already = accepted();
    const lies = [
      "<svg xmlns='http://www.w3.org/2000/svg'/>",
      "<html>",
      "MZ\x90\0",
      "%PDF-1.7",
      "GIF89a",
      "\xff\xd8\xff",
    ];
    for (const lie of lies)
      for (const door of doors) {
        const answer = await sendRaw(daemon.url, post(door, whole(filePart(Buffer.from(lie, "latin1")))));
        expect([lie, answer.status]).toEqual([lie, 400]);
      }
    expect(accepted()).toEqual(already);
  });

  test("about its length: more than it says is never read, and what says too much is refused before it comes", async () => {
    const already = accepted();
    const good = whole(filePart(png(2, 2)));
    for (const door of doors) {
      expect(refused(await sendRaw(daemon.url, post(door, good, { length: 100 })))).toBe(true);
      const huge = await sendRaw(daemon.url, post(door, new Uint8Array(), { length: 2 ** 40 }));
      expect(huge.status).toBe(413);
    }
    expect(accepted()).toEqual(already);
  });

  test("about the length of a part: it is the border that counts", async () => {
    const lie = filePart(png(2, 2), { length: "Content-Length: 3\r\n" });
    for (const door of doors) expect((await sendRaw(daemon.url, post(door, whole(lie)))).status).toBe(200);
  });

  test("about being packed: it is not unpacked", async () => {
    const bomb = gzipSync(Buffer.alloc(200 * MB, " "), { level: 1 });
    const top = memory("VmHWM");
    const head = `POST /api/v1/messages HTTP/1.1\r\nHost: h\r\nConnection: close\r\nAuthorization: Bearer ${STRANGER}\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\n`;
    const small = bomb.subarray(0, 200_000);
    for (const body of [bomb, small])
      expect(
        refused(
          await sendRaw(
            daemon.url,
            Buffer.concat([Buffer.from(`${head}Content-Length: ${body.length}\r\n\r\n`), body]),
          ),
        ),
      ).toBe(true);
    expect(memory("VmHWM") - top).toBeLessThan(100);
  });
});

/** Sends a body in chunks that never end. Answers what came back, and how many bytes were taken before that. */
function endless(door: Door, start: Uint8Array): Promise<{ answer: string; sent: number }> {
  const { hostname, port } = new URL(daemon.url);
  const chunk = Buffer.concat([
    Buffer.from(`${(64 * 1024).toString(16)}\r\n`),
    Buffer.alloc(64 * 1024, "x"),
    Buffer.from("\r\n"),
  ]);
  return new Promise(resolve => {
    let answer = "";
    let sent = 0;
    const socket = connect(Number(port), hostname, () => {
      socket.write(
        `POST /api/v1${door.path} HTTP/1.1\r\nHost: h\r\nAuthorization: ${door.authorization()}\r\nContent-Type: ${multipart}\r\nTransfer-Encoding: chunked\r\n\r\n`,
      );
      socket.write(Buffer.concat([Buffer.from(`${start.length.toString(16)}\r\n`), start, Buffer.from("\r\n")]));
      pour();
    });
    let full = false;
    /** A quarter of a megabyte at a time: what is not held up by who reads is held up here, so that an answer is heard. */
    const pour = () => {
      if (answer !== "" || socket.destroyed) return;
      for (let piece = 0; piece < 4 && !full; piece++) {
        sent += 64 * 1024;
        full = !socket.write(chunk);
      }
      if (!full) setTimeout(pour, 2);
    };
    const end = () => {
      socket.destroy();
      resolve({ answer, sent });
    };
    socket.on("drain", () => {
      full = false;
      setTimeout(pour, 2);
    });
    socket.on("data", data => {
      answer += data.toString("latin1");
      end();
    });
    socket.on("error", end);
    socket.on("close", end);
  });
}

describe("a body without an end", () => {
  test("is refused as soon as it is too long, and little of it is ever in memory", async () => {
    const already = accepted();
    const start = Buffer.concat([field("name", "Ann"), filePart(png(2, 2))]);
    const top = memory("VmHWM");
    const { result, answers } = await aliveDuring(
      Promise.all(Array.from({ length: 10 }, (_, n) => endless(doors[n % 2]!, start))),
    );
    expect(answers).toBeGreaterThan(0);
    for (const { answer, sent } of result) {
      expect(answer).toMatch(/^HTTP\/1\.1 413 |^$/); // it may be cut off while it still pours
      expect(sent).toBeLessThan(64 * MB);
    }
    expect(result.some(({ answer }) => answer.startsWith("HTTP/1.1 413 "))).toBe(true);
    expect(memory("VmHWM") - top).toBeLessThan(400);
    expect(accepted()).toEqual(already);
  }, 60_000);

  test("that comes no further holds nobody up", async () => {
    const { hostname, port } = new URL(daemon.url);
    const open = Array.from({ length: 100 }, (_, n) => {
      const socket = connect(Number(port), hostname);
      socket.on("error", () => {});
      const request = Buffer.from(post(doors[n % 2]!, whole(filePart(png(2, 2)))));
      socket.write(request.subarray(0, request.length - 30));
      return socket;
    });
    try {
      await until(() => open.every(socket => !socket.connecting && socket.writableLength === 0));
      const { answers } = await aliveDuring(visit(daemon, "I come all the same."));
      expect(answers).toBeGreaterThan(0);
      const sent = await visit(daemon, "I come again.");
      expect(sent.status).toBe(200);
    } finally {
      for (const socket of open) socket.destroy();
    }
  });

  test("is not read at all from somebody whose key or session is nobody's", async () => {
    for (const { path } of doors) {
      const stranger = { path, authorization: () => "Bearer nobody" } as unknown as Door;
      const { answer, sent } = await endless(stranger, field("name", "Ann"));
      expect(answer).toMatch(/^HTTP\/1\.1 401 |^$/);
      expect(sent).toBeLessThan(16 * MB);
    }
  });
});

/** Rows of one colour, which pack to a thousandth. */
const flat = (width: number, height: number) => deflateSync(Buffer.alloc((width * 3 + 1) * height));
const pngOf = (width: number, height: number, pixels: Uint8Array) =>
  together(PNG, pngHead(width, height), pngChunk("IDAT", pixels), pngChunk("IEND", []));

describe("a picture that unpacks to more than anybody wants", () => {
  const bombs: Record<string, () => Uint8Array> = {
    "a PNG that says 60,000 by 60,000": () => pngOf(60_000, 60_000, flat(100, 100)),
    "a PNG of 400 megapixels": () => pngOf(20_000, 20_000, flat(20_000, 20_000)),
    "a PNG with pixels for far more than it says": () => pngOf(10, 10, flat(10_000, 10_000)),
    "a PNG that says no size": () => pngOf(0, 0, flat(10, 10)),
    "a WebP that says 16,000 by 16,000": () => riff(webpHead(0, 16_000, 16_000)),
    "a GIF of 60,000 by 60,000": () => gif(60_000, 60_000, gifFrame(2, 2, 0)),
    "a GIF of 3,000 frames": () => gif(8, 8, ...Array.from({ length: 3000 }, () => gifFrame(8, 8, 1))),
  };

  test("is refused, or kept as the few pixels that it is; all of them at once, while others are answered and memory is bounded", async () => {
    const already = accepted();
    const all = Object.entries(bombs).flatMap(([what, make]) => {
      const bytes = whole(filePart(make()));
      return doors.map(async door => ({ what, answer: await sendRaw(daemon.url, post(door, bytes), 60) }));
    });
    const { result, answers } = await aliveDuring(Promise.all(all));
    expect(answers).toBeGreaterThan(0);
    for (const { what, answer } of result) {
      const few = what.includes("far more than it says");
      expect([what, answer.status]).toEqual([what, few && answer.status === 200 ? 200 : 400]);
    }
    const kept = result.filter(({ answer }) => answer.status === 200).length;
    expect(accepted()).toEqual({ ...already, letters: already.letters + kept, rows: already.rows + kept });
    expect(memory("VmHWM")).toBeLessThan(500);
  }, 120_000);

  test("text of a PNG that unpacks to 500 MB is left out unread", async () => {
    const bomb = deflateSync(Buffer.alloc(500 * MB, "x"));
    const chunk = pngChunk("zTXt", together("Comment\0\0", bomb));
    const top = memory("VmHWM");
    const file = png(2, 2, undefined, chunk);
    const { status, bytes } = await sendRaw(daemon.url, post(doors[0], whole(filePart(file))), 60);
    expect(status).toBe(200);
    expect(Number(/"size":(\d+)/.exec(bytes)![1])).toBeLessThan(500);
    expect(memory("VmHWM") - top).toBeLessThan(200);
  }, 60_000);

  test("thirty large ones at once: some are cleaned, some are told to come again, and memory is bounded", async () => {
    const large = whole(filePart(pngOf(3000, 2000, flat(3000, 2000))));
    const { result, answers } = await aliveDuring(
      Promise.all(Array.from({ length: 30 }, () => sendRaw(daemon.url, post(doors[0], large), 60))),
    );
    expect(answers).toBeGreaterThan(0);
    const statuses = result.map(({ status }) => status);
    expect(statuses.filter(status => status !== 200 && status !== 503)).toEqual([]);
    expect(statuses.filter(status => status === 200).length).toBeGreaterThan(0);
    expect(result.filter(({ status, headers }) => status === 503 && !headers["retry-after"])).toEqual([]);
    expect(memory("VmHWM")).toBeLessThan(700);
  }, 120_000);
});

test("after all that, the daemon is as it was: it answers, it has failed at nothing", async () => {
  expect((await visit(daemon, "Goodbye.")).status).toBe(200);
  expect((await daemon.call("GET", "/health/ready")).status).toBe(200);
  expect(daemon.log().filter(({ level }) => level === "error")).toEqual([]);
});
