import type { Wall } from "hearth";
import type { MessageScreen } from "./contract";
import type { Settings } from "./settings";

/** What stands between strangers' words and the agent. @param screens of the moment */
export const letterboxWalls = ({ outage, suspicious }: Settings, screens: () => readonly MessageScreen[]): Wall[] => [
  {
    id: "screening",
    look() {
      const names = screens().map(({ id }) => id);
      if (names.length > 0) return { state: "ok", what: `what people write is looked at first: ${names.join(", ")}` };
      return {
        state: "missing",
        what: "nobody looks at what strangers write: it reaches the agent as it came",
        todo: "turn on moderation, with content and injection",
      };
    },
  },
  {
    id: "quarantine",
    look() {
      const open = [
        ...(outage.strangers === "open" ? ["what could not be screened (outage)"] : []),
        ...(suspicious.strangers === "open" ? ["what may try to steer it (suspicious)"] : []),
      ];
      if (open.length === 0)
        return {
          state: "ok",
          what: "strangers' messages that could not be screened, or seem to steer, wait for a person",
        };
      return {
        state: "weak",
        what: `of strangers' messages the agent is brought, with a warning, ${open.join(" and ")}`,
        todo: 'set strangers = "quarantine" for it in [plugins.letterbox]',
      };
    },
  },
];
