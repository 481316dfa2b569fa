import { HearthError } from "hearth";
import type { AgentRuntime } from "./agent";
import { isOver, type Ticket, type WakeMessage, type WakeOrder } from "./contract";
import type { Job, Queue, QueueOrder } from "./queue";
import type { Workshop } from "./workshop";

/** Refuses an order to go on with a session that cannot be gone on with. @throws HearthError MISSING that says why */
export function checkResumes({ queue, types, settings }: Workshop, { type, resumes }: WakeOrder): void {
  if (resumes === undefined) return;
  const earlier = queue.find(resumes);
  if (!earlier) throw nothingToResume(`there is no session "${resumes}"`);
  if (earlier.type !== type)
    throw nothingToResume(`session ${resumes} is of the type "${earlier.type}", not "${type}"`);
  if (!isOver(earlier.state) && earlier.state !== "finishing")
    throw nothingToResume(`session ${resumes} has not ended, it is ${earlier.state}`);
  const begun = lastBegun(queue, resumes);
  if (!begun) throw nothingToResume(`the agent of session ${resumes} never began`);
  const wanted = types[type]?.agent ?? settings.agent;
  if (wanted !== "auto" && wanted !== begun.agent) throw otherAgent(begun, wanted);
}

/**
 * The agent's own id of the session that a job goes on with; nothing when there is none, or its agent never began.
 * @throws HearthError MISSING when another agent ran it
 */
export function agentSessionFor(queue: Queue, { resumes }: Job, { id }: AgentRuntime): string | undefined {
  const begun = lastBegun(queue, resumes);
  if (begun && begun.agent !== id) throw otherAgent(begun, id);
  return begun?.agentSession ?? undefined;
}

/** A session, or the nearest of those that it was to go on with, whose agent began: one that was stopped before that has added nothing. */
function lastBegun(queue: Queue, id: string | null): Job | undefined {
  const job = id === null ? undefined : queue.find(id);
  return job && job.agentSession === null ? lastBegun(queue, job.resumes) : job;
}

/** What the session that a job goes on with was told, and those before it; oldest first. */
export function messagesBefore(queue: Queue, resumes: string | null): readonly WakeMessage[] {
  const earlier = resumes === null ? undefined : queue.find(resumes);
  return earlier ? [...messagesBefore(queue, earlier.resumes), ...earlier.messages] : [];
}

/** What is to be done about a session that was stopped by its budget: an order, or the ticket of the one that was made before. @throws HearthError MISSING */
export function resumption(queue: Queue, id: string): { order: QueueOrder } | { ticket: Ticket } {
  const job = queue.find(id);
  if (job?.state !== "budget_stopped")
    throw nothingToResume(
      job ? `session ${id} was not stopped by its budget, it is ${job.state}` : `there is no session "${id}"`,
    );
  const later = queue.resumedAs(id);
  if (later && !isOver(later.state)) return { ticket: queue.ticket(later.id, false) };
  if (later?.state === "done" || later?.state === "budget_stopped")
    throw nothingToResume(`session ${id} was resumed already, by ${later.id}, which is ${later.state}`);
  return { order: orderToResume(queue, job) };
}

/** One whose agent never began is to carry what it was ordered with; any other has it in mind. */
const orderToResume = (queue: Queue, { id, type, maxTurns, agentSession }: Job): QueueOrder => ({
  type,
  job: "sessions.resume",
  resumes: id,
  ...(maxTurns !== null && { maxTurns }),
  ...(agentSession === null && { carries: queue.orderedWith(id) }),
});

const nothingToResume = (why: string) => new HearthError("MISSING", `nothing to go on with: ${why}`);
const otherAgent = ({ id, agent }: Job, now: string) =>
  nothingToResume(`session ${id} was run by the agent "${agent}", and "${now}" does not know it`);
