import { utimes } from "node:fs/promises";
import type { Home } from "hearth";
import type { Received } from "./received";
import { type Threads, threadPath } from "./threads";

export interface Believing {
  readonly home: Home;
  readonly threads: Threads;
  readonly received: Received;
}

/** Takes a thread as it stands, as after a repair by hand. The file gets the time of now, so that all who read it look again. Answers how many letters it has. */
export async function believeThread({ home, threads, received }: Believing, username: string): Promise<number> {
  received.forget(username);
  threads.forget(username);
  const path = await home.resolve(threadPath(username));
  const now = new Date();
  await utimes(path, now, now).catch(error => {
    if (error.code !== "ENOENT") throw error;
  });
  return (await threads.index(username)).letters.length;
}
