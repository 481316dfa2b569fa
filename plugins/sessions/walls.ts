import type { Wall } from "hearth";
import { confided, defaultTypes, type SessionType } from "./types";

/** Whether what people wrote in confidence is kept from sessions that everyone watches, and from those that read the web. */
export const confidenceWall = (types: Readonly<Record<string, SessionType>>): Wall => ({
  id: "confidence",
  look() {
    const found = Object.entries(types).flatMap(([name, type]) => findingOf(name, type) ?? []);
    if (found.length === 0)
      return {
        state: "ok",
        what: "what people wrote in confidence is closed to sessions that everyone watches, and to those that read the web",
      };
    return {
      state: "weak",
      what: found.join("; "),
      todo: `in [plugins.sessions.types] leave out closed of these types, or make them private (live = false) without tools that reach the web`,
    };
  },
});

/** What is wrong with a type, for people; nothing when it hears what was confided, or is heard outside, but not both. */
function findingOf(name: string, type: SessionType): string | undefined {
  const open = confided.filter(folder => !isClosed(folder, type.closed));
  const heard = [...(type.live ? ["everyone watches"] : []), ...(reachesWeb(type) ? ["reads the web"] : [])];
  if (heard.length === 0) return;
  const told = `${name}, which ${heard.join(" and ")}`;
  if (open.length > 0) return `${told}, can open ${open.join(", ")}`;
  return isConfidence(name) ? `${told}, answers what people write in confidence` : undefined;
}

const isClosed = (folder: string, closed: readonly string[]) =>
  closed.some(one => folder === one || folder.startsWith(`${one}/`));

/** Strangers' pages come in, and with their addresses words go out. */
const reachesWeb = ({ tools, agentTools }: SessionType) =>
  [...agentTools, ...tools].some(tool => /^(\*|out|web_\w+|Web(Fetch|Search)\b.*)$/.test(tool));

/** Whether people's own words are in its prompt, whatever its folders: that of a type which is private unless the config says otherwise. */
const isConfidence = (name: string) => Object.hasOwn(defaultTypes, name) && !defaultTypes[name]!.live;
