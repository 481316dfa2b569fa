import { callDaemon, type House } from "hearth";
import { Turn, TurnOrdered } from "./shapes";

/** Seconds that each question for an answer waits. */
const WAIT = 20;

/** Why a talk cannot go on with its last turn: what is said next begins a new one. */
export class TalkLost extends Error {}

/** A talk as a person at a terminal reaches it. Every method throws Error with what is wrong, in words. */
export interface TalkDoor {
  /** @throws TalkLost */
  say(text: string, after: string | undefined): Promise<TurnOrdered>;
  /** Resolves when the agent has ended. */
  answer(id: string, signal: AbortSignal): Promise<Turn>;
  cancel(id: string): Promise<void>;
}

/** Through the daemon that serves a house. */
export const talkDoor = (house: House): TalkDoor => ({
  async say(text, after) {
    const response = await reach(house, "POST", "", { text, ...(after !== undefined && { after }) });
    if (response.status === 409) throw new TalkLost(await wrongIn(response));
    return TurnOrdered.parse(await sound(response));
  },
  async answer(id, signal) {
    for (;;) {
      const turn = Turn.parse(await sound(await reach(house, "GET", `/${id}?wait=${WAIT}`)));
      if (turn.over || signal.aborted) return turn;
    }
  },
  async cancel(id) {
    await reach(house, "DELETE", `/${id}`);
  },
});

async function reach(house: House, method: string, path: string, body?: unknown): Promise<Response> {
  const response = await callDaemon(house, method, `/admin/talk${path}`, body);
  if (response) return response;
  throw new Error("Hearth does not run here; `bun run start` starts it");
}

async function sound(response: Response): Promise<unknown> {
  if (response.ok) return response.json();
  throw new Error(await wrongIn(response));
}

/** What an answer that is no success says to people. */
async function wrongIn(response: Response): Promise<string> {
  const { detail, error } = (await response.json().catch(() => ({}))) as { detail?: unknown; error?: unknown };
  const said = detail ?? error ?? `Hearth answered ${response.status}`;
  return typeof said === "string" ? said : JSON.stringify(said);
}
