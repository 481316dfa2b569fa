import { agentTool } from "hearth-plugins/tools";
import { z } from "zod";
import { toolClient, toolsKernel } from "../fixtures/tools";
import { median, percentile } from "./daemon";

const WARM = 200;
const CALLS = 2000;

export interface ToolFigures {
  /** Milliseconds of a call of a tool that does nothing, as its client sees it. */
  readonly p50: number;
  readonly p99: number;
  /** Of a request to a bare server with as much in it. */
  readonly bareP50: number;
  /** From an outfit to the answer to a client's first call, when nobody has called before; and when somebody has. */
  readonly firstMs: number;
  readonly nextMs: number;
}

const nothing = agentTool({
  name: "nothing",
  description: "Does nothing.",
  input: z.strictObject({ text: z.string().max(500) }),
  effect: "read",
  run: () => "It is done.",
});

/** What the house costs beside the work of a tool. */
export async function toolFigures(): Promise<ToolFigures> {
  await using app = await toolsKernel([nothing], { settings: { calls: 1_000_000 } });
  const begin = async () => {
    const from = performance.now();
    await using agent = await app.enter();
    await agent.call("nothing", { text: "a" });
    return performance.now() - from;
  };
  const firstMs = await begin();
  const nextMs = await begin();
  const { url, token } = (await app.equip(["read"]))!;
  await using agent = await toolClient(url, token);
  const took = await timesOf(() => agent.call("nothing", { text: "What is there to be done today?" }));
  return { p50: median(took), p99: percentile(took, 99), bareP50: await bareP50(), firstMs, nextMs };
}

async function timesOf(work: () => Promise<unknown>): Promise<number[]> {
  for (let n = 0; n < WARM; n++) await work();
  const took: number[] = [];
  for (let n = 0; n < CALLS; n++) {
    const from = performance.now();
    await work();
    took.push(performance.now() - from);
  }
  return took;
}

async function bareP50(): Promise<number> {
  using server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: async request => Response.json(await request.json()),
  });
  const body = JSON.stringify({
    method: "tools/call",
    params: { name: "nothing", arguments: { text: "a".repeat(80) } },
  });
  const took = await timesOf(async () => (await fetch(server.url, { method: "POST", body })).json());
  return median(took);
}
