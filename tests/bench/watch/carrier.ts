import { cpSync, existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { AgentRuntime } from "hearth-plugins/sessions";

const forNothing = { costUsd: 0, usage: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 } };

/** An agent that carries what lies in the folder `next`, beside the state, into its home, and says so. */
export const carrier = (state: string): AgentRuntime => ({
  id: "bench",
  summary: "carries what it is given into its home",
  unavailable: () => undefined,
  async *run({ session, cwd }) {
    yield { type: "start", agentSession: session, model: "none" };
    const next = join(state, "..", "next");
    if (existsSync(next)) cpSync(next, cwd, { recursive: true });
    rmSync(next, { recursive: true, force: true });
    yield { type: "text", text: "I have written five pages." };
    yield { type: "end", ok: true, text: "I have written five pages.", turns: 1, durationMs: 1, ...forNothing };
  },
});
