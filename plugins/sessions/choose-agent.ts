import { messageOf, settledWithin } from "hearth";
import type { AgentRuntime } from "./contract";
import type { SessionType } from "./types";
import type { Workshop } from "./workshop";

/** The agent that a type names; with "auto" the first of the preferred ones that can run. @throws Error that says what is missing */
export async function chooseAgent(
  { settings, agents }: Pick<Workshop, "settings" | "agents">,
  type?: SessionType,
): Promise<AgentRuntime> {
  const wanted = type?.agent ?? settings.agent;
  const runtimes = agents();
  const names = wanted === "auto" ? settings.prefer : [wanted];
  const reasons: string[] = [];
  for (const name of names) {
    const runtime = runtimes.find(({ id }) => id === name);
    const missing = runtime
      ? await whatIsMissing(runtime)
      : `no active plugin adds the agent "${name}" (there are: ${runtimes.map(({ id }) => id).join(", ") || "none"})`;
    if (runtime && !missing) return runtime;
    reasons.push(`${name}: ${missing}`);
  }
  throw new Error(`no agent can run. ${reasons.join("; ")}`);
}

/** Seconds in which an agent has to say whether it can run. */
const ASKED = 10;

/** Why an agent cannot run now; also one that does not say, or throws, cannot. */
async function whatIsMissing(runtime: AgentRuntime): Promise<string | undefined> {
  const answer = (async () => runtime.unavailable())().catch(messageOf);
  if (await settledWithin(answer, ASKED * 1000)) return answer;
  return `it did not say within ${ASKED} s whether it can run`;
}
