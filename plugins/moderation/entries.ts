import type { MailMoved, MessageScreened } from "hearth-plugins/letterbox";

/** What the log calls the ways by which messages come. */
const sources: Readonly<Record<string, string>> = { visitor: "visitors", message: "api", letter: "mailbox" };

/** The word for a kind of message that stands in names. */
export const sourceOf = (kind: string): string =>
  sources[kind] ??
  (kind
    .toLowerCase()
    .replace(/[^a-z0-9]/g, "")
    .replace(/^\d+/, "") ||
    "other");

/** The entry of a screening. What was not screened says so: it never looks as if it had been approved. */
export function screeningEntry({ kind, from, preview, standing, held, verdicts }: MessageScreened) {
  const allowed = standing !== "rejected";
  return {
    source: sourceOf(kind),
    name: from,
    message_preview: preview,
    allowed,
    reason: allowed ? "approved" : "inappropriate",
    ...injectionOf(verdicts),
    screened: standing !== "unscreened" && standing !== "none",
    held,
    verdicts,
  };
}

/** Nothing when nobody looked for it, or could not tell. */
function injectionOf(verdicts: MessageScreened["verdicts"]) {
  const found = verdicts.find(({ screen, verdict }) => screen === "injection" && verdict !== "failed");
  if (!found) return {};
  const safe = found.verdict === "pass";
  return {
    injection_safe: safe,
    injection_threat: safe ? "none" : "injection_attempt",
    injection_detail: found.reason || "no injection detected",
  };
}

/** The entry of what a person decided about mail that was held. */
export const decisionEntry = ({ id, kind, from, to }: MailMoved) => ({
  source: sourceOf(kind),
  name: from,
  mail: id,
  allowed: to === "delivered",
  decision: to === "delivered" ? "released" : "rejected",
  decided_by: "person",
});
