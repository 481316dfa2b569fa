import { messageOf, settledWithin } from "hearth";
import type { AgentRuntime, Outfitter } from "./contract";
import type { SessionType } from "./types";
import type { Workshop } from "./workshop";

/** The agent that a type names; with "auto" the first of the preferred ones that can run. @throws Error that says what is missing */
export async function chooseAgent(
  { settings, agents, outfitters }: Pick<Workshop, "settings" | "agents" | "outfitters">,
  type?: SessionType,
): Promise<AgentRuntime> {
  const wanted = type?.agent ?? settings.agent;
  const runtimes = agents();
  const giver = outfitters().find(({ lacks }) => lacks);
  const names = wanted === "auto" ? settings.prefer : [wanted];
  const reasons: string[] = [];
  for (const name of names) {
    const runtime = runtimes.find(({ id }) => id === name);
    const missing = runtime
      ? await whatIsMissing(runtime, giver)
      : `no active plugin adds the agent "${name}" (there are: ${runtimes.map(({ id }) => id).join(", ") || "none"})`;
    if (runtime && !missing) return runtime;
    reasons.push(`${name}: ${missing}`);
  }
  throw new Error(`no agent can run. ${reasons.join("; ")}`);
}

/** Seconds in which an agent has to say whether it can run. */
const ASKED = 10;

/** Why an agent cannot run now; also one that does not say, or throws, cannot. One that takes access to the model can when whoever gives it can. */
async function whatIsMissing(runtime: AgentRuntime, giver: Outfitter | undefined): Promise<string | undefined> {
  const access = runtime.takesAccess === true && giver !== undefined;
  const answer = (async () => (access && (await giver.lacks?.())) || runtime.unavailable(access))().catch(messageOf);
  if (await settledWithin(answer, ASKED * 1000)) return answer;
  return `it did not say within ${ASKED} s whether it can run`;
}
