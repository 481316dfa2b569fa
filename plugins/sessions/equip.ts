import { messageOf, settledWithin } from "hearth";
import type { AgentRuntime } from "./agent";
import { callsIn } from "./calls";
import { Ended } from "./deadline";
import { Equipment } from "./equipment";
import type { SessionLog } from "./log-writer";
import type { Outfitter, Outfitting } from "./outfit";
import type { Job } from "./queue";
import { messagesBefore } from "./resumes";
import type { SessionType } from "./types";
import type { Workshop } from "./workshop";

/** Seconds in which every outfitter has to be done. */
const LIMIT = 30;

/**
 * Has a session equipped by all outfitters, side by side. The caller closes what it is given.
 * @param limit seconds
 * @throws Error with the words of those that refused, were late, or do not go together; what the others gave is closed then
 */
export async function equip(
  shop: Workshop,
  job: Job,
  settings: SessionType,
  runtime: AgentRuntime,
  log: SessionLog,
  abort: AbortController,
  limit = LIMIT,
): Promise<Equipment> {
  const equipment = new Equipment(job.id, shop.log);
  const session = outfittingOf(shop, job, settings, runtime, log, abort);
  try {
    await askAll(shop.outfitters(), session, equipment, AbortSignal.any([abort.signal, shop.stopping]), limit);
    equipment.fitTogether();
    return equipment;
  } catch (error) {
    await equipment.close();
    throw error;
  }
}

const outfittingOf = (
  { queue }: Workshop,
  { id, type, messages, resumes }: Job,
  settings: SessionType,
  { takesAccess = false, tellsTools = false }: AgentRuntime,
  log: SessionLog,
  abort: AbortController,
): Outfitting => ({
  id,
  type,
  settings,
  messages,
  ...(resumes !== null && { resumes }),
  earlier: messagesBefore(queue, resumes),
  takesAccess,
  signal: abort.signal,
  stop: why => abort.abort(new Ended("budget_stopped", why)),
  note: text => log.add({ type: "notice", text }),
  called: tellsTools ? () => () => {} : callsIn(log),
});

/** Resolves when all have given, or when nobody wants it any more. @throws Error that says who refused, and who was late */
async function askAll(
  outfitters: readonly Outfitter[],
  session: Outfitting,
  equipment: Equipment,
  unwanted: AbortSignal,
  limit: number,
): Promise<void> {
  const waiting = new Set(outfitters.map(({ id }) => id));
  const refusals: string[] = [];
  const asked = outfitters.map(async outfitter => {
    try {
      await equipment.take(outfitter, session);
    } catch (error) {
      refusals.push(messageOf(error));
    }
    waiting.delete(outfitter.id);
  });
  const all = Promise.all(asked);
  const inTime = await settledWithin(Promise.race([all, aborted(unwanted)]), limit * 1000);
  if (!inTime) refusals.push(`${[...waiting].map(id => `"${id}"`).join(", ")} did not equip it within ${limit} s`);
  if (refusals.length > 0) throw new Error(refusals.join("; "));
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise(resolve => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
