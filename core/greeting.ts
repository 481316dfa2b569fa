import type { OpenHouse } from "./open";
import { BASE_PATH } from "./routes";
import { Welcomes } from "./welcome";

/** In plain words: where to look, which agent runs, how to wake it. @param url of the daemon, without a path */
export async function greeting({ house, config, kernel }: OpenHouse, url: string): Promise<string> {
  const address = url + BASE_PATH;
  const texts = await Promise.all(kernel.slots.held(Welcomes).map(async ({ item }) => item.text(address)));
  const lines = [
    "Hearth is awake.",
    `  Listening   ${address}`,
    `  Home        ${config.home}${house.fresh ? " (made just now)" : ""}`,
    `  State       ${config.state} (service key: API_KEY, else the file api.key in it)`,
    `  Config      ${config.file}`,
    ...texts.map(text => `  ${text}`),
  ];
  return `\n${lines.join("\n")}\n\n`;
}
