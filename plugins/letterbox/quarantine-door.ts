import { callDaemon, type House, messageOf } from "hearth";
import type { Decision, ListName, Quarantine } from "./quarantine";
import { itemOf, type QuarantineItem, QuarantineList } from "./shapes";

/** More than anybody reads at a terminal. */
const MOST = 1000;

/** The quarantine as a person at a terminal reaches it. Every method throws Error with what is wrong, in words. */
export interface QuarantineDoor {
  list(name: ListName): Promise<readonly QuarantineItem[]>;
  decide(id: string, decision: Decision): Promise<void>;
}

/** Through the daemon, when one serves this house at that moment; else the quarantine itself. */
export const quarantineDoor = (house: House, quarantine: Quarantine): QuarantineDoor => ({
  async list(name) {
    const response = await callDaemon(house, "GET", `/admin/quarantine?state=${name}&limit=${MOST}`);
    if (!response) return quarantine.list(name, MOST).map(itemOf);
    await refuse(response);
    return QuarantineList.parse(await response.json()).messages;
  },
  async decide(id, decision) {
    const response = await callDaemon(house, "POST", `/admin/quarantine/${encodeURIComponent(id)}`, { decision });
    if (response) await refuse(response);
    else await quarantine.decide(id, decision);
  },
});

async function refuse(response: Response): Promise<void> {
  if (response.ok) return;
  const said: unknown = await response.json().catch(messageOf);
  const { detail, error } = said as { detail?: unknown; error?: unknown };
  const text = detail ?? error ?? `the daemon answered ${response.status}`;
  throw new Error(typeof text === "string" ? text : JSON.stringify(text));
}
