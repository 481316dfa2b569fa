import { rmSync } from "node:fs";
import { join } from "node:path";
import { wallClock } from "../../core/clock";
import { openDatabase } from "../../core/database";
import { Accounts } from "../../plugins/gateway/accounts";
import { Desk } from "../../plugins/gateway/desk";
import { Entrance } from "../../plugins/gateway/entrance";
import { Gate } from "../../plugins/gateway/gate";
import { KeyRing } from "../../plugins/gateway/key-ring";
import { Ledger } from "../../plugins/gateway/ledger";
import { MainSwitch } from "../../plugins/gateway/main-switch";
import { Prices } from "../../plugins/gateway/prices";
import { Reception } from "../../plugins/gateway/reception";
import { Seats } from "../../plugins/gateway/seats";
import { settings as schema } from "../../plugins/gateway/settings";
import { Upstream } from "../../plugins/gateway/upstream";
import { benchFolder, median, percentile } from "./daemon";

const CALLS = 300;
const TOKENS = 400;
/** Bytes of a prompt: the CLI's tools and a short talk; a long conversation. */
const SHORT = 80_000;
const LONG = 600_000;

export interface GatewayFigures {
  /** Milliseconds that a whole call takes longer than without the gateway, by the length of its prompt. */
  readonly shortP50: number;
  readonly shortP95: number;
  readonly longP50: number;
  /** Milliseconds from when the API sends a piece of a stream to when the client has it: through the gateway, and without it. */
  readonly through: Lag;
  readonly direct: Lag;
}

interface Lag {
  readonly p50: number;
  readonly p99: number;
}

interface Way {
  readonly url: string;
  readonly token: string;
}

/** What the gateway costs a call and a piece of a stream, with its book on disk. */
export async function gatewayFigures(): Promise<GatewayFigures> {
  const folder = benchFolder();
  const api = startApi();
  const { entrance, way } = await openGateway(folder, `http://127.0.0.1:${api.port}`);
  const direct = { url: `http://127.0.0.1:${api.port}`, token: "none" };
  try {
    await overhead(way, direct, SHORT);
    const short = await overhead(way, direct, SHORT);
    const long = await overhead(way, direct, LONG);
    return {
      shortP50: median(short),
      shortP95: percentile(short, 95),
      longP50: median(long),
      through: await lag(way),
      direct: await lag(direct),
    };
  } finally {
    await entrance.close();
    await api.stop(true);
    rmSync(folder, { recursive: true, force: true });
  }
}

const usage = { input_tokens: 100, output_tokens: 20 };

/** An API that answers at once; asked for a stream, it sends the time again and again. */
const startApi = () =>
  Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      const text = await request.text();
      if (!text.startsWith('{"stream":true'))
        return Response.json({ type: "message", model: "claude-opus-5-5", usage });
      let sent = 0;
      const body = new ReadableStream({
        async pull(controller) {
          await Bun.sleep(2);
          controller.enqueue(new TextEncoder().encode(`data: ${performance.now()}\n\n`));
          if (++sent === TOKENS) controller.close();
        },
      });
      return new Response(body, { headers: { "content-type": "text/event-stream" } });
    },
  });

async function openGateway(folder: string, baseUrl: string): Promise<{ entrance: Entrance; way: Way }> {
  const settings = schema.parse({
    apiKey: "bench",
    session: { usd: false },
    day: { usd: false },
    month: { usd: 1_000_000 },
  });
  const db = openDatabase(join(folder, "gateway.db"), join(import.meta.dir, "../../plugins/gateway/migrations"));
  const clock = wallClock();
  const ledger = new Ledger(db, clock, "UTC");
  const mainSwitch = new MainSwitch(db, clock);
  const seats = new Seats();
  const keys = new KeyRing({ settings, logins: () => [], secrets: { add() {} } });
  const desk = new Desk({
    settings,
    seats,
    gate: new Gate({ settings, ledger, mainSwitch, prices: new Prices(), clock }),
    upstream: new Upstream(baseUrl, keys),
    recorder: undefined,
    fault: (message, error) => console.error(message, error),
  });
  const entrance = new Entrance(desk);
  const accounts = new Accounts(db, clock);
  const reception = new Reception({
    settings,
    entrance,
    seats,
    accounts,
    ledger,
    mainSwitch,
    clock,
    keys,
    settleLost() {},
    track() {},
  });
  const stop = (why: string) => console.error(why);
  const outfit = reception.outfit({ id: "bench", type: "custom", takesAccess: true, stop } as never);
  const { baseUrl: url, token } = outfit!.access!;
  return { entrance, way: { url, token } };
}

const call = ({ url, token }: Way, body: string): Promise<Response> =>
  fetch(`${url}/v1/messages`, {
    method: "POST",
    headers: { "x-api-key": token, "content-type": "application/json" },
    body,
  });

/** How much longer each call took through the gateway than the one without it before. */
async function overhead(through: Way, direct: Way, bytes: number): Promise<number[]> {
  const messages = Array.from({ length: 40 }, () => ({ role: "user", content: "word ".repeat(bytes / 200) }));
  const body = JSON.stringify({ model: "claude-opus-5-5", max_tokens: 1000, messages });
  const timed = async (way: Way) => {
    const from = performance.now();
    const answer = await call(way, body);
    await answer.text();
    if (answer.status !== 200) throw new Error(`the call answered ${answer.status}`);
    return performance.now() - from;
  };
  const more: number[] = [];
  for (let n = 0; n < CALLS; n++) {
    const without = await timed(direct);
    more.push((await timed(through)) - without);
  }
  return more;
}

/** How long the pieces of a stream are on their way. */
async function lag(way: Way): Promise<Lag> {
  const body = JSON.stringify({ stream: true, model: "claude-opus-5-5", max_tokens: 1000, messages: [] });
  const late: number[] = [];
  const decoder = new TextDecoder();
  for await (const chunk of (await call(way, body)).body!) {
    const now = performance.now();
    for (const [, sent] of decoder.decode(chunk).matchAll(/data: ([\d.]+)/g)) late.push(now - Number(sent));
  }
  if (late.length < TOKENS) throw new Error(`${late.length} of ${TOKENS} pieces came`);
  return { p50: median(late), p99: percentile(late, 99) };
}
