import type { SessionChanged } from "hearth-plugins/sessions";
import type { z } from "zod";
import type { News } from "./topics";

/** A step of a session. Of a private one only that there is one leaves the house. */
export const sessionNews = ({ id, type, state, private: hidden }: z.output<typeof SessionChanged.schema>): News => ({
  type: "session.changed",
  topic: "sessions",
  more: { session_id: hidden ? null : id, session_type: hidden ? "private" : type, state },
});
