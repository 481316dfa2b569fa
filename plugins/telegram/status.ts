import type { Sessions } from "hearth-plugins/sessions";
import type { Tables } from "./tables";

/** Sessions that are looked at for one that is on its way. */
const RECENT = 50;

/** What the agent does, for a person who asks. */
export function statusText(sessions: Sessions, { errands, messages, talks }: Tables, chat: number): string {
  const recent = sessions.list(RECENT);
  const awake = recent.some(({ state }) => state === "gathering" || state === "running" || state === "finishing");
  const waiting = recent.filter(({ state }) => state === "queued").length;
  const errand = errands.of(chat);
  const mine = errand && sessions.find(errand.session)?.state;
  return [
    awake ? "I am awake." : "I am asleep.",
    ...(waiting > 0 ? [`Waking times that wait: ${waiting}.`] : []),
    ...(mine ? [mine === "queued" ? "Your message waits for its turn." : "I am busy with your message."] : []),
    ...(!mine && messages.waiting(chat) ? ["Your message waits for its turn."] : []),
    ...(talks.open(chat) ? ["We are in a talk; /end-talk closes it."] : []),
  ].join("\n");
}
