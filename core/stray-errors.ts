import { messageOf } from "./errors";
import type { Logger } from "./log";

/** What a plugin throws where nobody can catch it (a timer, a forgotten promise) is told, and ends nobody else's life. Answers how to end that. */
export function outliveStrayErrors(log: Logger): () => void {
  const tell = (error: unknown) =>
    log.error("an error that nobody caught", {
      error: messageOf(error),
      stack: error instanceof Error ? error.stack : undefined,
    });
  const names = ["uncaughtException", "unhandledRejection"] as const;
  for (const name of names) process.on(name, tell);
  return () => {
    for (const name of names) process.off(name, tell);
  };
}
