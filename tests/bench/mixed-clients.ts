/** Many clients that ask all kinds of things for a while, and prints how it went: `bun mixed-clients.ts <url> <key> <seconds> <clients> <streams>`. */
const [url = "", key = "", seconds = "10", clients = "100", streams = "10"] = process.argv.slice(2);
const base = `${url}/api/v1`;
const end = performance.now() + Number(seconds) * 1000;
const headers = { "x-api-key": key };
const took: number[] = [];
let wrong = 0;
let refused = 0;
let streaming = 0;

const thoughts = (await (await fetch(`${base}/content/thoughts`, { headers })).json()) as { slug: string }[];
const any = <T>(from: readonly T[]): T => from[Math.floor(Math.random() * from.length)]!;
const words = ["lo", "mi", "thu", "thusor", "xyz", '"', "lo mi", "AND", "%F0%9F%95%AF"];

const asks: (() => [string, RequestInit?])[] = [
  () => ["/content/thoughts"],
  () => [`/content/thoughts/${any(thoughts).slug}`],
  () => [`/content/thoughts/${any(thoughts).slug}`],
  () => [`/content/thoughts/${any(thoughts).slug}`],
  () => ["/content/dreams"],
  () => [`/search?q=${any(words)}&limit=${any([1, 20, 50])}`],
  () => [`/search/suggest?q=${any(words)}`],
  () => ["/analytics"],
  () => ["/content/sandbox"],
  () => ["/content/about"],
  () => ["/session/status"],
  () => ["/health/ready"],
  () => ["/system/plugins"],
  () => [`/content/files/sandbox/${any(["a", "..%2f..%2fetc%2fpasswd", "%00", "x".repeat(5000)])}`],
  () => [`/content/thoughts/${any(["nope", "a..b", "%ff", "..", "x".repeat(300)])}`],
  () => [
    "/titles",
    { method: "POST", body: any(["{", "[]", '{"hash":1}']), headers: { "content-type": "application/json" } },
  ],
  () => [`/echoes/thoughts/${any(thoughts).slug}`],
];

async function client(): Promise<void> {
  while (performance.now() < end) {
    const [path, init] = any(asks)();
    const from = performance.now();
    try {
      const response = await fetch(base + path, { ...init, headers: { ...headers, ...init?.headers } });
      await response.arrayBuffer();
      took.push(performance.now() - from);
      if (response.status >= 500) wrong++;
    } catch {
      refused++;
    }
  }
}

/** Listens to events until the end; one that is cut off before is not counted. */
async function stream(): Promise<void> {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), end - performance.now());
  try {
    const response = await fetch(`${base}/events/stream`, { headers, signal: stop.signal });
    for await (const _ of response.body!);
  } catch {
    if (stop.signal.aborted) streaming++;
  }
  clearTimeout(timer);
}

await Promise.all([
  ...Array.from({ length: Number(clients) }, client),
  ...Array.from({ length: Number(streams) }, stream),
]);
took.sort((a, b) => a - b);
const at = (share: number) => took[Math.floor(took.length * share)] ?? 0;
console.log(JSON.stringify({ answers: took.length, wrong, refused, p50: at(0.5), p99: at(0.99), streams: streaming }));

export {};
