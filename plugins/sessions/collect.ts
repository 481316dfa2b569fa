import { messageOf } from "hearth";
import type { WakeMessage } from "./contract";
import type { Job } from "./queue";
import { messagesBefore } from "./resumes";
import type { Workshop } from "./workshop";

/** What a messenger brought, by its id. */
export type Brought = Readonly<Record<string, readonly WakeMessage[]>>;

/**
 * Asks the messengers of a session's type what it is to carry, and writes that down with it.
 * A session that begins again asks again: what a messenger answers now takes the place of what it answered then, so nothing comes twice.
 * One that throws, or is not there any more, leaves what it brought before.
 */
export function collect(shop: Workshop, job: Job): Job {
  const brought = broughtTo(shop, job);
  if (Object.keys(brought).length === 0) return job;
  shop.queue.carry(job.id, brought);
  return { ...job, messages: shop.queue.find(job.id)!.messages };
}

function broughtTo({ messengers, queue, log }: Workshop, job: Job): Brought {
  const earlier = messagesBefore(queue, job.resumes);
  const brought: Record<string, readonly WakeMessage[]> = {};
  for (const messenger of messengers().filter(({ type }) => type === job.type))
    try {
      brought[messenger.id] = [...messenger.take(job.id, earlier)];
    } catch (error) {
      const fields = { messenger: messenger.id, session: job.id, error: messageOf(error) };
      log.error("a messenger could not bring its messages; the session goes on without them", fields);
    }
  return brought;
}
