import { randomBytes } from "node:crypto";
import type { Templates } from "hearth";
import type { WakeMessage } from "./contract";
import type { Gathering } from "./gathering";

/** The two texts an agent wakes up to. */
export interface Prompts {
  readonly system: string;
  readonly user: string;
}

/**
 * Renders a gathered wake; the data is described in templates/prompts/README.md.
 * @param resumes whether the agent goes on with an earlier session; without a message it is told just that
 * @throws HearthError TEMPLATE
 */
export function renderPrompts(
  templates: Templates,
  wake: Gathering,
  home: string,
  agent: string,
  resumes = false,
): Prompts {
  const data = promptData(wake, home, agent, resumes);
  const user = resumes && wake.messages.length === 0 ? "wake-resumed" : wake.settings.template;
  return { system: templates.render("prompts/system", data), user: templates.render(`prompts/${user}`, data) };
}

function promptData(
  { session, type, settings, messages, now, timeZone, sections }: Gathering,
  home: string,
  agent: string,
  resumes: boolean,
) {
  return {
    session: {
      id: session,
      type,
      title: type.replaceAll("_", " ").toUpperCase(),
      style: settings.style,
      isScheduled: settings.style === "scheduled",
      isSelf: settings.style === "self",
      keepsPrompt: settings.keepsPrompt,
      keepsMemory: !settings.readonly.some(path => /^memory\b/.test(path)),
      closed: settings.closed.map(folder => `${folder}/`).join(", "),
      resumes,
    },
    now: localTime(now, timeZone),
    home,
    tools: [...settings.tools],
    sections: Object.fromEntries([...sections].map(([id, { text }]) => [id, text])),
    messages: messages.map(messageData),
    hasMessages: messages.length > 0,
    agent: { id: agent },
  };
}

const messageData = ({ text, from = "", at, image = "", file = "", id = "", warning = "" }: WakeMessage) => ({
  text,
  from: oneLine(from),
  at,
  image: oneLine(image),
  file: oneLine(file),
  id: oneLine(id),
  warning,
  fence: fence(),
});

/** A text without line ends and other control characters: what stands in a line of its own cannot begin a second one. */
const oneLine = (text: string) => text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ");

/** A line that nobody who writes a message can guess, so that no message can close its own fence. */
const fence = () => `~~~~ ${randomBytes(9).toString("base64url")} ~~~~`;

/** A moment as a person in a zone says it. */
export function localTime(now: Date, timeZone: string) {
  const as = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat("en-US", { timeZone, ...options });
  const zone = as({ timeZoneName: "short" })
    .formatToParts(now)
    .find(({ type }) => type === "timeZoneName");
  return {
    date: new Intl.DateTimeFormat("en-CA", { timeZone, dateStyle: "short" }).format(now),
    long: as({ weekday: "long", month: "long", day: "numeric", year: "numeric" }).format(now),
    time: as({ hour: "numeric", minute: "2-digit" }).format(now).replace("\u202f", " "),
    zone: zone?.value ?? timeZone,
  };
}
