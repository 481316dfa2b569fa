import { afterEach, describe, expect, test } from "bun:test";
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { fetchPage } from "../../plugins/web/fetch-page";
import { partOf } from "../../plugins/web/part";
import { isPublic } from "../../plugins/web/public-address";
import { readHtml } from "../../plugins/web/read-html";
import { openWeb } from "../../plugins/web/web-reach";
import { closeWeb, html, PAGE, refusal, web } from "../fixtures/web";

afterEach(closeWeb);

describe("addresses", () => {
  test.each([
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.192",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "203.0.113.9",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "::ffff:7f00:1",
    "::ffff:0:127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::169.254.169.254",
    "64:ff9b:1::1",
    "100::1",
    "2001::1", // Teredo
    "2001:db8::1",
    "2002:7f00:1::", // 6to4 of 127.0.0.1
    "2002:a9fe:a9fe::1",
    "3fff::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "2606:4700::1%eth0",
    "fec0::1",
    "ff02::1",
    "not an address",
    "",
  ])("S8: %s is not the open internet", address => {
    expect(isPublic(address)).toBe(false);
  });

  test.each([
    "1.1.1.1",
    "8.8.8.8",
    "100.63.255.255",
    "100.128.0.1",
    "172.32.0.1",
    "2606:4700:4700::1111",
    "2a00:1450::1",
  ])("%s is", address => {
    expect(isPublic(address)).toBe(true);
  });

  test("S8: an address of this machine is not, whatever network it is in", async () => {
    const { networkInterfaces } = await import("node:os");
    const own = Object.values(networkInterfaces()).flatMap(list => list ?? []);
    expect(own.length).toBeGreaterThan(0);
    for (const { address } of own) expect(isPublic(address)).toBe(false);
  });
});

describe("where a page may be", () => {
  test.each([
    ["http://pages.test/", "only https"],
    ["file:///etc/passwd", "only https"],
    ["ftp://pages.test/", "only https"],
    ["data:text/html,x", "only https"],
    ["pages.test", "is no address"],
    ["", "is no address"],
    ["https://", "is no address"],
    ["https://ada:secret@pages.test/", "name or password"],
    ["https://nobody.test/", "nobody.test is not known"],
    ["https://127.0.0.2/", "not on the open internet"],
    ["https://2130706434/", "not on the open internet"],
    ["https://0x7f.2/", "not on the open internet"],
    ["https://0177.0.0.2/", "not on the open internet"],
    ["https://[::1]/", "not on the open internet"],
    ["https://[::ffff:127.0.0.1]/", "not on the open internet"],
    ["https://169.254.169.254/latest/meta-data/", "not on the open internet"],
  ])("S8: %s is refused", async (url, why) => {
    const { read, host } = web(() => html());
    expect(await refusal(read(url))).toContain(why);
    expect(host.asked).toEqual([]);
  });

  test("the web as it is refuses loopback, also by name", async () => {
    const read = (url: string) =>
      fetchPage(url, openWeb, { seconds: 5, mostBytes: 1024 }, new AbortController().signal);
    for (const url of ["https://localhost:1/", "https://127.0.0.1:1/", "https://[::1]:1/"])
      expect(await refusal(read(url))).toContain("not on the open internet");
  });

  test("S8: a name of which one address is closed is refused whole", async () => {
    const { read, host } = web(() => html(), { names: { "pages.test": [["127.0.0.1", "10.0.0.1"]] } });
    expect(await refusal(read())).toContain("not on the open internet");
    expect(host.asked).toEqual([]);
  });

  test("S8: the address that was checked is the one that is called, whatever the name says a moment later", async () => {
    const { read, resolved, host } = web(() => html(), { names: { "pages.test": [["127.0.0.1"], ["10.0.0.1"]] } });
    expect((await read()).text).toBe(PAGE);
    expect(resolved).toEqual(["pages.test"]); // a name that the machine's own resolver does not know
    expect(host.asked).toEqual(["pages.test/"]);
  });

  test("a proxy of the environment is not used", async () => {
    const { read } = web(() => html());
    const before = process.env["HTTPS_PROXY"];
    process.env["HTTPS_PROXY"] = "http://127.0.0.1:1";
    try {
      expect((await read()).text).toBe(PAGE);
    } finally {
      if (before === undefined) delete process.env["HTTPS_PROXY"];
      else process.env["HTTPS_PROXY"] = before;
    }
  });

  test("a certificate for another name, and one that nobody signed, are refused", async () => {
    const { read, url, reach, host } = web(() => html(), { names: { "other.test": [["127.0.0.1"]] } });
    expect(await refusal(read(url("/", "other.test")))).toContain("ERR_TLS_CERT_ALTNAME_INVALID");
    const { ca: _, ...stranger } = reach;
    const terms = { seconds: 5, mostBytes: 1024 };
    expect(await refusal(fetchPage(url(), stranger, terms, new AbortController().signal))).toContain("SELF_SIGNED");
    expect(host.asked).toEqual([]);
  });
});

describe("redirects", () => {
  const to = (location: string, status = 302) => new Response(null, { status, headers: { location } });

  test("are followed, each checked by itself", async () => {
    const { read, resolved, host } = web(({ url }) =>
      url.endsWith("/")
        ? to("/next?a=1#b", 301)
        : url.includes("next")
          ? to(`https://b.pages.test:${new URL(url).port}/end`, 308)
          : html(),
    );
    const page = await read();
    expect(new URL(page.url).hostname).toBe("b.pages.test");
    expect(host.asked).toEqual(["pages.test/", "pages.test/next?a=1", "b.pages.test/end"]);
    expect(resolved).toEqual(["pages.test", "pages.test", "b.pages.test"]);
  });

  test.each([
    ["http://pages.test/", "only https"],
    ["https://127.0.0.2/admin", "not on the open internet"],
    ["https://inside.test/", "not on the open internet"],
    ["https://[::1]/", "not on the open internet"],
    ["//169.254.169.254/latest/meta-data/", "not on the open internet"],
    ["file:///etc/passwd", "only https"],
    ["https://", "is no address"],
  ])("S8: one to %s is not", async (location, why) => {
    const { read, host } = web(() => to(location), { names: { "inside.test": [["10.0.0.1"]] } });
    expect(await refusal(read())).toContain(why);
    expect(host.asked).toHaveLength(1);
  });

  test("S8: a name that was good before its redirect is checked again", async () => {
    const { read, host } = web(() => to("/again"), { names: { "pages.test": [["127.0.0.1"], ["10.0.0.1"]] } });
    expect(await refusal(read())).toContain("not on the open internet");
    expect(host.asked).toEqual(["pages.test/"]);
  });

  test("in a circle end", async () => {
    const { read, host } = web(() => to("/"));
    expect(await refusal(read())).toContain("more than 5 redirects");
    expect(host.asked).toHaveLength(6);
  });
});

describe("what is sent", () => {
  test("S8: a page without an end is cut off at its limit", async () => {
    let sent = 0;
    const { read } = web(
      () =>
        html(
          new ReadableStream({
            async pull(controller) {
              sent += 65_536;
              controller.enqueue(new Uint8Array(65_536).fill(97));
              await Bun.sleep(0);
            },
          }) as never,
        ),
      { mostBytes: 300_000 },
    );
    expect(await refusal(read())).toBe("the page is larger than 292 KiB");
    expect(sent).toBeLessThan(20 * 2 ** 20);
  });

  test.each([
    ["gzip", gzipSync],
    ["br", brotliCompressSync],
    ["deflate", deflateSync],
    ["deflate", deflateRawSync],
  ] as const)("is unpacked: %s", async (encoding, pack) => {
    const { read } = web(() => html(new Uint8Array(pack(PAGE)), { "content-encoding": encoding }));
    expect((await read()).text).toBe(PAGE);
  });

  test.each([
    ["gzip", gzipSync],
    ["br", brotliCompressSync],
  ] as const)("S8: what grows beyond its limit when it is unpacked is not: %s", async (encoding, pack) => {
    const bomb = new Uint8Array(pack(Buffer.alloc(64 * 2 ** 20)));
    const { read } = web(() => html(bomb, { "content-encoding": encoding }));
    expect(await refusal(read())).toBe("the page is larger than 1024 KiB");
  });

  test.each([
    ["gzip", "cannot be unpacked"],
    ["zstd", "which cannot be read"],
    ["gzip, gzip", "which cannot be read"],
  ])("is refused when it is packed badly: %s", async (encoding, why) => {
    const { read } = web(() => html("no such thing", { "content-encoding": encoding }));
    expect(await refusal(read())).toContain(why);
  });

  test.each([
    ["text/html; charset=iso-8859-1", [0x63, 0x61, 0x66, 0xe9], "café"],
    ["text/html; charset=no-such-thing", [0x61], "a"], // S8: an unknown charset crashed
    ["text/html; charset=utf-8", [0x61, 0xff, 0x62], "a\ufffdb"],
    ["text/html; charset=latin1", [0xef, 0xbb, 0xbf, 0xc3, 0xa9], "é"], // the mark is right
    ["text/html", [0xff, 0xfe, 0x61, 0x00], "a"],
    ["text/html", [...Buffer.from('<meta charset="windows-1251">'), 0xe4], '<meta charset="windows-1251">д'],
  ])("S8: charsets: %s %p", async (type, bytes, text) => {
    const { read } = web(() => html(Uint8Array.from(bytes), { "content-type": type }));
    expect((await read()).text).toBe(text);
  });

  test.each(["image/png", "application/octet-stream", "application/pdf", "video/mp4"])(
    "is refused when it is %s",
    async type => {
      const { read } = web(() => html("x", { "content-type": type }));
      expect(await refusal(read())).toBe(`it is no text, but "${type}"`);
    },
  );

  test.each(["text/plain", "text/markdown", "application/json", "application/feed+json", "application/atom+xml"])(
    "is read as it is when it is %s",
    async type => {
      const { read } = web(() => html("<b>a</b>", { "content-type": type }));
      expect(await read()).toMatchObject({ isHtml: false, text: "<b>a</b>" });
    },
  );

  test.each([404, 500, 204, 403])("a status %d is told", async status => {
    const { read } = web(() => new Response(null, { status }));
    expect(await refusal(read())).toBe(`pages.test answers with the status ${status}`);
  });

  test("a host that says nothing is left after its time; a caller who goes ends it at once", async () => {
    const silent = () => new Promise<Response>(() => {});
    const { read } = web(silent, { seconds: 0.3 });
    expect(await refusal(read())).toBe("the page took longer than 0.3 seconds");
    const abort = new AbortController();
    const { read: readLong, url, host } = web(silent, { seconds: 60 });
    const reading = readLong(url(), abort.signal);
    while (host.asked.length === 0) await Bun.sleep(1);
    abort.abort(new Error("the session is over"));
    await expect(reading).rejects.toThrow("the session is over");
  });

  test("a host where nobody listens is told", async () => {
    const { read } = web(() => html());
    expect(await refusal(read("https://pages.test:1/"))).toContain("cannot be reached: ECONNREFUSED");
  });
});

describe("the main text", () => {
  const take = (text: string, seconds = 20) =>
    readHtml(text, "https://pages.test/a/b", seconds, new AbortController().signal);
  const long = "Ferns were here before the flowers, and they will be here after the road has gone. ".repeat(6);

  test("is the article, without what stands around it", async () => {
    const { title, text } = await take(`<html><head><title>On ferns</title><script>var x = 1</script></head><body>
      <nav><a href="/">Home</a> <a href="/b">Log in</a></nav>
      <article><h1>On ferns</h1><p>${long}</p><h2>Where</h2><ul><li>in <a href="../wood?x=1">woods</a></li><li>on walls</li></ul>
      <table><tr><th>kind</th><th>leaves</th></tr><tr><td>oak fern</td><td>three</td></tr></table>
      <pre>a\n  b</pre><p>${long}<script>alert(1)</script></p></article>
      <footer>Cookies? <form><input><button>Yes</button></form></footer></body></html>`);
    expect(title).toBe("On ferns");
    expect(text).toContain("## Where\n\n- in [woods](https://pages.test/wood?x=1)\n- on walls");
    expect(text).toContain("| kind | leaves |\n| oak fern | three |");
    expect(text).toContain("a\n  b");
    for (const gone of ["Log in", "Cookies", "alert", "var x", "<"]) expect(text).not.toContain(gone);
  });

  test.each([
    ["<p>Short.</p>", "Short."],
    ["just words", "just words"],
    ["", ""],
    ["<html></html>", ""],
    ["<title>t</title><p>no body<p>is written", "no body\n\nis written"],
    ["<body><p>a &amp; b<br>c &lt;d&gt;</p><style>p{}</style><noscript>n</noscript>", "a & b\nc <d>"],
    ['<p><a href="javascript:alert(1)">x</a> <a href="#top">y</a> <a href="https://[">z</a></p>', "x y z"],
  ])("of a page that is no article: %p", async (page, text) => {
    expect((await take(page)).text.trimEnd().replace(/^t/, "").trim()).toBe(text);
  });

  test("a page that was made to keep its reader busy is given up, and keeps nobody else", async () => {
    let ticks = 0;
    const ticking = setInterval(() => ticks++, 10);
    expect(await refusal(take("<div>".repeat(200_000), 1))).toContain("could not be taken out");
    clearInterval(ticking);
    expect(ticks).toBeGreaterThan(10);
  });

  test("is cut at a blank line past the middle, else anywhere but in a character", () => {
    expect(partOf("short", 0, 10)).toBe("short");
    expect(partOf("aaaaaa\n\nbbbbbb", 0, 10)).toBe(
      "aaaaaa\n\n[… cut here: 8 more characters; the next part is from 6]",
    );
    expect(partOf("a\n\nbbbbbbbbbbbb", 0, 10)).toStartWith("a\n\nbbbbbbb\n\n[… cut here: 5 more characters;");
    expect(partOf("aaaa😀bbbb", 0, 5)).toStartWith("aaaa\n\n[…");
    expect(partOf("aaaa😀bbbb", 5, 9)).toBe("[… from character 6]\n\nbbbb");
    expect(partOf("short", 5, 9)).toBeUndefined();
    expect(partOf("", 0, 9)).toBe("");
  });
});
