import { findDaemon } from "./daemon-file";
import type { House } from "./house";
import { BASE_PATH } from "./routes";
import { serviceKey } from "./service-key";

/**
 * Calls the API of the daemon that serves a house, with its key: for a command that talks with the terminal, and so runs beside the daemon.
 * Nothing when no daemon runs there. @param path without the API's base
 */
export async function callDaemon(
  { state, env }: Pick<House, "state" | "env">,
  method: string,
  path: string,
  body?: unknown,
): Promise<Response | undefined> {
  const daemon = findDaemon(state);
  if (!daemon) return undefined;
  return fetch(`${daemon.url}${BASE_PATH}${path}`, {
    method,
    headers: {
      "x-api-key": serviceKey(state, env).value,
      ...(body !== undefined && { "content-type": "application/json" }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  }).catch(() => undefined); // killed, and its file stayed behind
}
