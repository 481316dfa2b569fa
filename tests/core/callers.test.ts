import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { connect } from "node:net";
import { Elysia } from "elysia";
import { about, Callers, householdOf, jsonBodyUpTo, Routes } from "hearth";
import { type TestKernel, testKernel } from "hearth/testing";
import { CallerBook } from "../../core/callers";
import { HttpHost } from "../../core/http";
import { listen } from "../../core/listen";
import { ServiceKey } from "../../core/service-key";
import { sendRaw } from "../fixtures/raw-http";
import { small } from "../fixtures/small-plugin";
import { until } from "../fixtures/until";

const open = about("for everybody", { access: "public" });

/** A book that hears of every request that it comes from this peer. */
function bookAt(peer: string, ...proxies: string[]) {
  const book = new CallerBook(proxies);
  book.sockets = { requestIP: () => ({ address: peer }) };
  return book;
}

const from = (book: CallerBook, forwarded?: string) =>
  book.addressOf(
    new Request("http://localhost/", forwarded === undefined ? {} : { headers: { "x-forwarded-for": forwarded } }),
  );

describe("who calls:", () => {
  test("the address of the socket, when nobody stands between", () => {
    expect(from(bookAt("203.0.113.7", "127.0.0.1"))).toBe("203.0.113.7");
    expect(from(bookAt("2001:db8::7", "127.0.0.1"))).toBe("2001:db8::7");
  });

  test("what a peer says that is no trusted proxy is not believed", () => {
    expect(from(bookAt("203.0.113.7", "127.0.0.1"), "198.51.100.1")).toBe("203.0.113.7");
    expect(from(bookAt("203.0.113.7"), "198.51.100.1")).toBe("203.0.113.7");
  });

  test("what a trusted proxy says is", () => {
    expect(from(bookAt("127.0.0.1", "127.0.0.1"), "198.51.100.1")).toBe("198.51.100.1");
    expect(from(bookAt("::1", "127.0.0.1", "::1"), " 2001:db8::9 ")).toBe("2001:db8::9");
  });

  test("of a chain the last counts that is no trusted proxy: what stands before it may be invented", () => {
    const book = bookAt("10.0.0.1", "10.0.0.0/8");
    expect(from(book, "192.0.2.66, 198.51.100.1, 10.0.0.2")).toBe("198.51.100.1");
    expect(from(book, "192.0.2.66,198.51.100.1")).toBe("198.51.100.1");
    expect(from(book, "10.0.0.9, 10.0.0.2")).toBe("10.0.0.9");
  });

  test("what is no address ends the chain", () => {
    const book = bookAt("10.0.0.1", "10.0.0.0/8");
    expect(from(book, "198.51.100.1, unknown, 10.0.0.2")).toBe("10.0.0.2");
    expect(from(book, "<script>")).toBe("10.0.0.1");
    expect(from(book, "")).toBe("10.0.0.1");
    expect(from(book, "198.51.100.1,")).toBe("10.0.0.1");
  });

  test("IPv4 in IPv6 clothes is IPv4, and its proxies are known in both", () => {
    expect(from(bookAt("::ffff:203.0.113.7"))).toBe("203.0.113.7");
    expect(from(bookAt("::ffff:127.0.0.1", "127.0.0.1"), "::FFFF:cb00:7107")).toBe("203.0.113.7");
  });

  test("a network of proxies ends where it says", () => {
    const book = (peer: string) => bookAt(peer, "10.1.0.0/16", "2001:db8:1::/48");
    expect(from(book("10.1.255.255"), "198.51.100.1")).toBe("198.51.100.1");
    expect(from(book("10.2.0.0"), "198.51.100.1")).toBe("10.2.0.0");
    expect(from(book("2001:db8:1:ffff::1"), "198.51.100.1")).toBe("198.51.100.1");
    expect(from(book("2001:db8:2::1"), "198.51.100.1")).toBe("2001:db8:2::1");
  });

  test("what is neither an address nor a network is refused by its name", () => {
    for (const wrong of ["here", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "::1/129", ""])
      expect(() => new CallerBook([wrong])).toThrow(`"${wrong}" is neither an address nor a network`);
  });

  test("a request whose socket is gone comes from nowhere, and is not believed", () => {
    const book = new CallerBook(["127.0.0.1", "::1"]);
    book.sockets = { requestIP: () => null };
    expect(from(book, "198.51.100.1")).toBe("0.0.0.0");
  });
});

test("a household: an IPv4 address, the first half of an IPv6 address", () => {
  expect(householdOf("203.0.113.7")).toBe("203.0.113.7");
  expect(householdOf("::ffff:203.0.113.7")).toBe("203.0.113.7");
  expect(householdOf("::ffff:cb00:7107")).toBe("203.0.113.7");
  expect(householdOf("2001:db8:1:2:3:4:5:6")).toBe("2001:db8:1:2::/64");
  expect(householdOf("2001:0DB8:0001:2::")).toBe("2001:db8:1:2::/64");
  expect(householdOf("2001:db8::6")).toBe("2001:db8:0:0::/64");
  expect(householdOf("::1")).toBe("0:0:0:0::/64");
  expect(householdOf("1::5:6:7:203.0.113.7")).toBe("1:0:0:5::/64");
  expect(householdOf("fe80::1%eth0")).toBe("fe80:0:0:0::/64");
  expect(householdOf("nowhere")).toBe("nowhere");
});

describe("on a socket:", () => {
  let app: TestKernel;
  let server: ReturnType<typeof listen>;
  const heard: string[] = [];

  beforeAll(async () => {
    const says = small("says", {
      requires: { callers: Callers },
      setup(ctx: any, { callers }: any) {
        ctx.add(
          Routes,
          new Elysia()
            .get("/who", ({ request }) => Response.json(callers.addressOf(request)), open)
            .post("/who", ({ request }) => Response.json(callers.addressOf(request)), {
              ...open,
              parse: jsonBodyUpTo(100),
            })
            .post(
              "/later",
              async ({ request }) => {
                heard.push("asked");
                await until(() => request.signal.aborted);
                heard.push(callers.addressOf(request));
                return "";
              },
              { ...open, parse: jsonBodyUpTo(100) },
            ),
        );
      },
    });
    app = await testKernel([says]);
    const door = new HttpHost({
      kernel: app.kernel,
      key: new ServiceKey("key"),
      origins: ["http://localhost:3000"],
      access: () => {},
      callers: app.service(Callers),
    });
    server = listen({ host: "::", port: 0, maxBody: 1000, origins: [], trustedProxies: [] }, door);
  });
  afterAll(async () => {
    await server.stop(true);
    await app[Symbol.asyncDispose]();
  });

  /** What a peer at 127.0.0.1 is answered. */
  async function ask(head: string, host = "localhost:8000"): Promise<string> {
    const bytes = new TextEncoder().encode(`${head}\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    return (await sendRaw(`http://127.0.0.1:${server.port}`, bytes)).bytes;
  }
  const told = (address: string) => `\r\n\r\n"${address}"`;
  const forwarded = "X-Forwarded-For: 192.0.2.1, 198.51.100.1";

  test("the peer is known, and its list is read, as one or in many headers", async () => {
    expect(await ask("GET /api/v1/who HTTP/1.1")).toEndWith(told("127.0.0.1"));
    expect(await ask(`GET /api/v1/who HTTP/1.1\r\n${forwarded}`)).toEndWith(told("198.51.100.1"));
    const many = "X-Forwarded-For: 198.51.100.1\r\nX-Forwarded-For: 198.51.100.2";
    expect(await ask(`GET /api/v1/who HTTP/1.1\r\n${many}`)).toEndWith(told("198.51.100.2"));
    expect(await ask(`POST /api/v1/who HTTP/1.1\r\n${forwarded}\r\nContent-Length: 0`)).toEndWith(told("198.51.100.1"));
  });

  test("a peer of IPv6 that is not trusted is not believed", async () => {
    const answer = await fetch(`http://[::1]:${server.port}/api/v1/who`, {
      headers: { "x-forwarded-for": "198.51.100.1" },
    });
    expect(await answer.json()).toBe("::1");
  });

  test("a request that is handed on as another keeps its address: HEAD, one to a strange host, one of a browser's page", async () => {
    const head = await ask(`HEAD /api/v1/who HTTP/1.1\r\n${forwarded}`);
    expect(head).toContain(`content-length: ${'"198.51.100.1"'.length}`);
    expect(await ask(`GET /api/v1/who HTTP/1.1\r\n${forwarded}`, "[")).toEndWith(told("198.51.100.1"));
    expect(await ask(`POST /api/v1/who HTTP/1.1\r\n${forwarded}\r\nContent-Length: 0`, "nas")).toEndWith(
      told("198.51.100.1"),
    );
    expect(await ask(`GET /api/v1/who HTTP/1.1\r\n${forwarded}\r\nOrigin: http://localhost:3000`)).toEndWith(
      told("198.51.100.1"),
    );
  });

  test("who hangs up is still known by the address of the call", async () => {
    const socket = connect(server.port!, "127.0.0.1", () =>
      socket.write(`POST /api/v1/later HTTP/1.1\r\nHost: here\r\nContent-Length: 0\r\n\r\n`),
    );
    await until(() => heard.includes("asked"));
    socket.destroy();
    await until(() => heard.length === 2);
    expect(heard).toEqual(["asked", "127.0.0.1"]);
  });
});
