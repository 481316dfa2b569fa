import { chooseAgent } from "./choose-agent";
import type { Gathering } from "./gathering";
import { type Prompts, renderPrompts } from "./prompts";
import type { Job } from "./queue";
import { messagesBefore } from "./resumes";
import type { SessionType } from "./types";
import type { Workshop } from "./workshop";

/** Has every source read what it knows. One that fails costs its own section; the log says which. */
export async function gather(
  shop: Workshop,
  job: Pick<Job, "id" | "type" | "messages"> & Partial<Pick<Job, "resumes">>,
  settings: SessionType,
  dryRun: boolean,
): Promise<Gathering> {
  const gathering: Gathering = {
    session: job.id,
    type: job.type,
    settings,
    messages: job.messages,
    earlier: messagesBefore(shop.queue, job.resumes ?? null),
    now: shop.clock.now(),
    timeZone: shop.house.timeZone,
    dryRun,
    sections: new Map(),
  };
  const { outcomes } = await shop.gather(gathering);
  for (const { id, note } of outcomes)
    if (note) shop.log.warn("a source of context skipped something", { source: id, session: job.id, note });
  return gathering;
}

/** Both prompts of a wake as they would be now. Changes nothing. */
export async function previewPrompts(shop: Workshop, job: Pick<Job, "id" | "type" | "messages">): Promise<Prompts> {
  const settings = shop.types[job.type]!;
  const gathering = await gather(shop, job, settings, true);
  const agent = await chooseAgent(shop, settings).catch(() => undefined);
  return renderPrompts(shop.templates, gathering, shop.home.path, agent?.id ?? "none");
}
