import type { SessionLog } from "./log-writer";
import type { Outfitting } from "./outfit";

/** Characters of JSON that a call may be made with to stand in the log as it is. */
const LONGEST = 20_000;

/** Writes the calls of tools into a session's log as the events that a runtime tells its own calls by. */
export const callsIn =
  (log: Pick<SessionLog, "add">): Outfitting["called"] =>
  (name, input) => {
    const id = `call_${crypto.randomUUID()}`;
    log.add({ type: "tool", id, name, input: shortened(input) });
    return (content, isError) => log.add({ type: "tool_result", id, content, isError });
  };

function shortened(input: unknown): unknown {
  const { length } = JSON.stringify(input) ?? "";
  return length > LONGEST ? { left_out: `${length} characters` } : input;
}
