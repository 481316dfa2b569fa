import { messageOf } from "hearth";

/** There is no verdict. The message says why, for people; it holds nothing of what was judged. */
export class CannotTell extends Error {}

/** Why a call of the API brought no answer, for people. @param seconds that an answer may take */
export function whyNoAnswer(error: unknown, late: AbortSignal, seconds: number): string {
  if (error instanceof CannotTell) return error.message;
  if (late.aborted) return `no answer within ${seconds} s`;
  const { status } = error as { status?: unknown };
  if (status === 401 || status === 403) return `the API refuses the key (${status})`;
  if (status === 404) return "the API does not know the model (404)";
  if (typeof status === "number") return `the API answered ${status}`;
  return `the API cannot be reached: ${messageOf(error).split("\n")[0]}`;
}
